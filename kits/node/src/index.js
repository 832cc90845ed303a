export { Account, NotYourOwn, showCall } from './account.js';
export { binary, FcemuError } from './binary.js';
export { attach, Daemon, start } from './daemon.js';
