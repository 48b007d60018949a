import { terminalContract } from '../contracts/terminal.ts';
import { makeTmuxWorld } from './tmux-world.ts';

terminalContract('TmuxManager', makeTmuxWorld);
