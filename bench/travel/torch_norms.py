"""Times norms of PyTorch for the benchmark: eager, torch.compile, and Liger and Quack where they are installed.

Reads requests from standard input, one JSON object a line, and answers each with one. Tensors come and go as files of
little-endian f32. `torch.ts` is the other side.
"""

import json
import os
import sys
import time

import torch
import torch.nn.functional as F

cuda = torch.cuda.is_available()
device = torch.device("cuda" if cuda else "cpu")


def read(path, shape, dtype):
    with open(path, "rb") as file:
        values = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
    return values.reshape(shape).to(device=device, dtype=dtype)


def write(path, tensor):
    values = tensor.detach().to(device="cpu", dtype=torch.float32).contiguous()
    with open(path, "wb") as file:
        file.write(bytes(values.untyped_storage()))


def functional(case, t):
    """The norm as PyTorch's users write it, of x, gamma and beta."""
    op, eps, shape = case["op"], case["eps"], case["shape"]
    if op == "layer":
        return lambda x, gamma, beta: F.layer_norm(x, shape[-1:], gamma, beta, eps)
    if op == "rms":
        return lambda x, gamma, beta: F.rms_norm(x, shape[-1:], gamma, eps)
    if op == "layer-channels":
        return lambda x, gamma, beta: F.layer_norm(x.movedim(1, -1), shape[1:2], gamma, beta, eps).movedim(-1, 1)
    if op == "instance":
        return lambda x, gamma, beta: F.instance_norm(x, weight=gamma, bias=beta, eps=eps)
    if op == "batch-infer":
        return lambda x, gamma, beta: F.batch_norm(x, t["mean"], t["variance"], gamma, beta, False, 0.0, eps)
    if op == "batch-train":
        return lambda x, gamma, beta: F.batch_norm(x, t["mean"], t["variance"], gamma, beta, True, 0.1, eps)
    if op == "group":
        return lambda x, gamma, beta: F.group_norm(x, case["groups"], gamma, beta, eps)
    over = list(range(1, len(shape)))

    def weight(w, gamma, beta):
        variance, mean = torch.var_mean(w, over, correction=0, keepdim=True)
        if op == "weight":
            return (w - mean) * torch.rsqrt(variance + eps)
        count = w[0].numel()
        gain = gamma.reshape([-1] + [1] * len(over))
        return (w - mean) * torch.rsqrt(torch.clamp(variance * count, min=eps)) * gain

    return weight


def liger(case, t):
    from liger_kernel import transformers as kernels

    op, eps, shape = case["op"], case["eps"], case["shape"]
    if op == "layer":
        module = kernels.LigerLayerNorm(shape[-1], eps=eps)
    elif op == "rms":
        module = kernels.LigerRMSNorm(shape[-1], eps=eps)
    elif op == "group":
        module = kernels.LigerGroupNorm(shape[1], case["groups"], eps=eps)
    else:
        return None
    module = module.to(device=device, dtype=t["x"].dtype)
    # Its parameters become ours, so that gradients reach them.
    module.weight = torch.nn.Parameter(t["gamma"])
    if getattr(module, "bias", None) is not None:
        module.bias = torch.nn.Parameter(t["beta"])
    return module


def quack(case, t):
    if case["op"] != "rms":
        return None
    from quack import rmsnorm

    return lambda x: rmsnorm(x, t["gamma"], eps=case["eps"])


class Entry:
    """A call that can be repeated: on a GPU as CUDA graphs, so that the processor's launches do not count."""

    def __init__(self, call, results):
        self.call = call
        self.results = results
        self.graphs = {}
        for _ in range(3):
            call()
        self.note = "wall clock"
        if cuda:
            self.note = "CUDA events"
            try:
                for links in (1, 16):
                    self.graphs[links] = self.captured(links)
                self.note = "CUDA events, CUDA graphs"
            except Exception as error:  # a kernel that cannot be captured is launched by the processor
                self.graphs = {}
                torch.cuda.synchronize()
                self.note = f"CUDA events, no graph: {first_line(error)}"

    def captured(self, links):
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):
            self.call()
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            for _ in range(links):
                self.call()
        return graph

    def run(self, count):
        if not self.graphs:
            for _ in range(count):
                self.call()
            return
        for _ in range(count // 16):
            self.graphs[16].replay()
        for _ in range(count % 16):
            self.graphs[1].replay()

    def time(self, count):
        if not cuda:
            start = time.perf_counter()
            self.run(count)
            return 1000 * (time.perf_counter() - start)
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda.synchronize()
        start.record()
        self.run(count)
        end.record()
        end.synchronize()
        return start.elapsed_time(end)


def forward_entry(function, inputs):
    def call():
        with torch.no_grad():
            return function(*inputs)

    return Entry(call, lambda: {"y": call()})


def backward_entry(function, inputs, leaves, dy):
    """The backward pass alone, with what the forward pass saved."""
    y = function(*inputs)

    def call():
        return torch.autograd.grad(y, list(leaves.values()), dy, retain_graph=True)

    return Entry(call, lambda: dict(zip(leaves, call())))


def prepare(case):
    dtype = torch.float16 if case["dtype"] == "f16" else torch.float32
    t = {name: read(file["path"], file["shape"], dtype) for name, file in case["files"].items()}
    leaves = {name: t[name].requires_grad_(case["grad"]) for name in case["leaves"]}
    torch._dynamo.reset()
    made, refused = {}, {}
    plain = functional(case, t)
    three = (t["x"], t["gamma"], t["beta"])
    ways = {
        "PyTorch": lambda: (plain, three),
        "torch.compile": lambda: (torch.compile(plain, dynamic=False), three),
        "Liger": lambda: (liger(case, t), three[:1]),
        "Quack": lambda: (quack(case, t), three[:1]),
    }
    for name, way in ways.items():
        if case["grad"] and name == "Quack":
            continue
        try:
            function, inputs = way()
            if function is None:
                continue
            if not case["grad"]:
                made[name] = forward_entry(function, inputs)
                continue
            own = dict(leaves)
            if name == "Liger":
                own = {"x": t["x"], **{mine: getattr(function, theirs) for mine, theirs in (("gamma", "weight"), ("beta", "bias")) if mine in leaves}}
            made[f"{name} backward"] = backward_entry(function, inputs, own, t["d_y"])
        except ImportError:
            continue
        except Exception as error:
            refused[name] = first_line(error)
    return made, refused


def first_line(error):
    return (str(error).strip() or type(error).__name__).splitlines()[0][:300]


def main():
    entries = {}
    # Libraries print too, and standard output is for answers alone.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    for line in sys.stdin:
        request = json.loads(line)
        ask = request["ask"]
        try:
            if ask == "open":
                value = {"version": torch.__version__, "device": torch.cuda.get_device_name() if cuda else "processor"}
            elif ask == "prepare":
                entries, refused = prepare(request["case"])
                value = {"entries": {name: entry.note for name, entry in entries.items()}, "refused": refused}
            elif ask == "time":
                value = entries[request["name"]].time(request["count"])
            elif ask == "results":
                value = {}
                for name, tensor in entries[request["name"]].results().items():
                    value[name] = os.path.join(request["folder"], f"{name}.result")
                    write(value[name], tensor)
            elif ask == "release":
                entries = {}
                if cuda:
                    torch.cuda.empty_cache()
                value = None
            else:
                raise ValueError(f"no request {ask}")
            answer = {"value": value}
        except Exception as error:
            answer = {"failure": first_line(error)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


main()
