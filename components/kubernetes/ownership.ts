/** Annotation of the stack's namespaces with the ID of the stack that owns them. */
export const instanceAnnotation = "wordpress/instance";
