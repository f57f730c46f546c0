/** A fault that is put into a copy of the project, and the tests that have to fail then. */
export interface Fault {
  /** Path from the project's folder on. */
  readonly file: string;
  /** The fault, as a reader of the report has to know it. */
  readonly what: string;
  /** Text that is in the file once. */
  readonly from: string;
  /** Text in its place. @default none */
  readonly to?: string;
  /** Path of the spec, from the project's folder on. */
  readonly spec: string;
  /** Regular expression for the titles of the tests that fail, and of those that they build on. */
  readonly grep: string;
}
