/** The version of the compiler: that of package.json, as a test checks. */
export const version = "0.1.0";
