/** The lab's nginx: Debian's, under its own version. The program's default is newer. */
export const nginxImage = "nginx:1.22.1";
