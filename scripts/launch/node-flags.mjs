/** How the server's Node is started: a larger young generation, because most of what a call makes dies with it. */
export const serverFlags = ['--disable-warning=ExperimentalWarning', '--max-semi-space-size=64'];
