/** Annotation on a namespace that a stack made: whose it is. */
export const instanceAnnotation = "wordpress/instance";
