// The main entry of the package has the other execution providers, too. The adapter takes either.
import * as ort from "onnxruntime-web";
import { start } from "./page.js";

start(ort, "ort-wasm-simd-threaded.jsep.wasm");
