import { GenericContainer } from 'testcontainers';
import { Daemon, Files } from './index.js';

/** Of the same version as this package. */
export const IMAGE: string;

/** A container of the image. FCEMU_IMAGE names another; a configuration of your own decides who may call (auth.mode, allow_users). */
export class FcemuContainer extends GenericContainer {
  constructor(image?: string, files?: Files);
  /** A daemon that accepts calls, its seeds included; its stop() ends the container. */
  startDaemon(): Promise<Daemon>;
}

/** Start a daemon of your own in a container. */
export function start(options?: Files & { image?: string }): Promise<Daemon>;
