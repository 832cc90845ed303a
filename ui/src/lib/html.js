// htm bound to Preact, and the hooks that views use, from one place.
import { h } from 'preact';
import htm from 'htm';

export { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
export const html = htm.bind(h);
