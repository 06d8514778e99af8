/** Node's options as the image (`Dockerfile`) gives them in a container of 512 MiB. */
export const OF_IMAGE = ['--max-old-space-size=256', '--max-semi-space-size=8', '--heap-growing-percent=50'];
