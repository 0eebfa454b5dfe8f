/** The version of this release: that of package.json, held equal by a test. */
export const version = "1.0.0";
