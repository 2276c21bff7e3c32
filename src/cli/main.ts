#!/usr/bin/env node
// The command line: which command, then its file. Results go to standard output and nothing else does.

import { error, renderError, SqlcError } from '../common/errors.ts';
import { didYouMean } from '../common/suggest.ts';
import { ExitStatus } from './exit-status.ts';
import { HELP } from './help.ts';
import { ClosedPipe } from './sink.ts';

const COMMANDS = ['run', 'query', 'explain', 'emulator', 'cache', 'functions'];
const LATER = ['check', 'init', 'format'];

async function main(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  if (args.includes('--help') || args.includes('-h') || command === 'help') {
    process.stdout.write(HELP);
    return ExitStatus.done;
  }
  if (command === '--version') {
    const { version } = await import('../common/version.ts');
    process.stdout.write(`sqlc ${version}\n`);
    return ExitStatus.done;
  }
  if (command === undefined || command.startsWith('-')) return (await import('./shell.ts')).shell(args);
  switch (command) {
    case 'run':
    case 'query':
      return (await import('./run-command.ts')).runCommand(command, rest);
    case 'explain':
      return (await import('./explain-command.ts')).explainCommand(rest);
    case 'emulator':
      return (await import('./emulator-command.ts')).emulatorCommand(rest);
    case 'cache':
      return (await import('./cache-command.ts')).cacheCommand(rest);
    case 'functions':
      return (await import('./functions-command.ts')).functionsCommand(rest);
    default:
      if (LATER.includes(command)) throw error('not-supported', { what: `command "${command}"` });
      throw error('usage/command', { name: command }, { hint: didYouMean(command, [...COMMANDS, ...LATER]) });
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (failure) {
  if (failure instanceof ClosedPipe) process.exit(ExitStatus.done);
  const shown =
    failure instanceof SqlcError
      ? failure
      : error('internal', { detail: failure instanceof Error ? failure.message : String(failure) });
  process.stderr.write(`${renderError(shown)}\n`);
  process.exitCode = shown.code === 'internal' ? ExitStatus.failed : ExitStatus.usage;
}
