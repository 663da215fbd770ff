/** The path of the text in the editor: the language server and the compiler know it by the same. */
export const specPath = "file:///spec.norm";
