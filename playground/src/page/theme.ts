/** Dark or light: what the system says, until the user chooses. */

export type Theme = "light" | "dark";

const key = "normc-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

export function currentTheme(): Theme {
  const chosen = localStorage.getItem(key);
  if (chosen === "light" || chosen === "dark") return chosen;
  return system.matches ? "dark" : "light";
}

/** Shows the theme, and calls `changed` now and whenever it changes. */
export function followTheme(button: HTMLButtonElement, changed: (theme: Theme) => void): void {
  const show = (): void => {
    const theme = currentTheme();
    document.documentElement.dataset.theme = theme;
    button.setAttribute("aria-pressed", String(theme === "dark"));
    changed(theme);
  };
  button.addEventListener("click", () => {
    localStorage.setItem(key, currentTheme() === "dark" ? "light" : "dark");
    show();
  });
  system.addEventListener("change", show);
  show();
}
