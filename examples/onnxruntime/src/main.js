import * as ort from "onnxruntime-web/webgpu";
import { start } from "./page.js";

start(ort, "ort-wasm-simd-threaded.asyncify.wasm");
