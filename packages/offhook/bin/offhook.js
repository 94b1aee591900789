#!/usr/bin/env node
// The command `offhook`. Written in old syntax so that an old Node.js can still say which one is needed.
var version = process.versions.node.split('.').map(Number);

if (version[0] > 22 || (version[0] === 22 && version[1] >= 13)) {
  import('../dist/cli/main.js').catch(function (error) {
    if (error && error.code === 'ERR_MODULE_NOT_FOUND' && /dist.cli.main\.js/.test(error.message)) {
      console.error('offhook is not built yet.\nNext step: npm run build');
    } else {
      console.error(error);
    }
    process.exitCode = 1;
  });
} else {
  console.error(
    'offhook needs Node.js 22.13 or newer, and this is ' +
      process.version +
      '.\nNext step: npx -y -p node@24 -p offhook offhook ' +
      process.argv.slice(2).join(' '),
  );
  process.exitCode = 2;
}
