/** The bundler hands over a spec as its text. */
declare module "*.norm" {
  const text: string;
  export default text;
}
