/** A fault to inject into a copy of the project, and the tests that must fail with it. */
export interface Fault {
  /** Path relative to the project. */
  readonly file: string;
  /** Description of the fault for the report. */
  readonly what: string;
  /** Text that occurs exactly once in the file. */
  readonly from: string;
  /** Its replacement. @default empty */
  readonly to?: string;
  /** Path of the spec, relative to the project. */
  readonly spec: string;
  /** Regular expression for the titles of the tests that must fail, and of those that they depend on. */
  readonly grep: string;
}
