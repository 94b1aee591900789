// `npm start`: installs what is missing, builds what is stale, then runs `offhook serve` with every argument that followed `--`.
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { build, install, isAtLeast, needed, nodeForOffhook, root } from './setup.mjs';

if (!isAtLeast(process.versions.node, '20.19.0')) {
  stop(
    `Offhook needs Node.js 20.19 or newer to start, and this is ${process.version}.`,
    'install a newer one from https://nodejs.org',
  );
}
try {
  await install();
  const node = nodeForOffhook();
  if (node === undefined) {
    stop(
      `The telephone system needs Node.js ${needed} or newer, this is ${process.version}, and none comes with the packages for ${process.platform} ${process.arch}.`,
      'npx -y -p node@24 -c "npm start"',
    );
  }
  await build();
  serve(node);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

function serve(node) {
  const program = path.join(root, 'packages/offhook/bin/offhook.js');
  const child = spawn(node, [program, 'serve', ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to the whole process group, so the child has it already.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  process.on('SIGHUP', () => child.kill('SIGHUP'));
  // npm ends at once when it is told to and leaves its children behind: they notice by their parent, and drain.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, 250);
  child.on('error', (error) =>
    stop(`Node.js could not be started: ${error.message}`, `run ${node} --version`),
  );
  child.on('close', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

function stop(what, next) {
  process.stderr.write(`${what}\nNext step: ${next}\n`);
  process.exit(1);
}
