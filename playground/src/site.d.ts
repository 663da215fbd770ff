/** What Vite understands beside TypeScript: styles, `?raw` and `import.meta.glob`. */
/// <reference types="vite/client" />
