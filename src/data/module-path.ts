/** Whether something of one's own is said as the path of a module, `./mine.js`, and not by a name. */
export const isModulePath = (text: string): boolean => /[/\\]|\.[cm]?[jt]s$/.test(text)
