/** It registers, exports nothing and has no types. */
declare module "@tensorflow/tfjs-core/dist/register_all_gradients";
