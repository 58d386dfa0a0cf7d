/** Real servers on loopback, for the tests and to try flagship with: `npm run services -- up elasticsearch-9`. */
import { once } from 'node:events'
import { type Order, parseArguments, USAGE } from './arguments.ts'
import { cacheDirectory, install, isInstalled } from './cache.ts'
import { RunningServers, runningName, type RunningServer } from './running.ts'
import { type Service, SERVICES } from './services.ts'

const EXIT_USAGE = 64
const running = new RunningServers(cacheDirectory())

process.exitCode = await main(process.argv.slice(2))
// What was started stays, and does not hold this process.
if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain')
process.exit()

async function main(args: readonly string[]): Promise<number> {
  const parsed = parseArguments(args)
  if (!parsed.ok) {
    process.stderr.write(`${parsed.reason}\n\n${USAGE}`)
    return EXIT_USAGE
  }
  let failures = 0
  for (const name of parsed.order.services) {
    try {
      await obey(parsed.order, name)
    } catch (error) {
      failures += 1
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    }
  }
  return failures === 0 ? 0 : 1
}

async function obey({ command, security }: Order, name: string): Promise<void> {
  const service = SERVICES[name]
  if (service === undefined) return
  switch (command) {
    case 'install':
      await installed(name, service)
      return status(name, service)
    case 'up':
      return up(name, service, security)
    case 'status':
      return status(name, service)
    case 'down':
      return down(name)
  }
}

async function installed(name: string, { recipe, version }: Service): Promise<string> {
  if (isInstalled(recipe)) return install(recipe)
  say(`${name} ${version}: installing`)
  const startedMs = performance.now()
  const path = await install(recipe)
  say(`${name} ${version}: installed in ${seconds(startedMs)} s`)
  return path
}

async function up(serviceName: string, service: Service, security: boolean): Promise<void> {
  const name = runningName(serviceName, security)
  const other = running.find(name)
  if (other !== undefined) return say(`${describe(other)}, already`)
  const installation = await installed(serviceName, service)
  const startedMs = performance.now()
  const { url, identity, companions, home, auth, caFile, kubeconfig } = await service.start(installation, { security })
  const server = { name, version: service.version, url, identity, companions, home, auth, caFile, kubeconfig }
  await running.add(server)
  say(`${describe(server)}, ready in ${seconds(startedMs)} s`)
}

function status(service: string, { recipe, version }: Service): void {
  const servers = [false, true].map((security) => running.find(runningName(service, security)))
  const lines = servers.filter((server) => server !== undefined).map(describe)
  if (lines.length > 0) return say(lines.join('\n'))
  say(`${service} ${version}: ${isInstalled(recipe) ? 'installed' : 'not installed'}`)
}

async function down(service: string): Promise<void> {
  for (const name of [false, true].map((security) => runningName(service, security))) {
    const server = running.find(name)
    if (server === undefined) continue
    await running.end(server)
    say(`${name} ${server.version}: ended`)
  }
}

function describe({ name, version, url, identity, auth, caFile, kubeconfig }: RunningServer): string {
  const user = auth === undefined ? '' : `, user ${auth.username}, password ${auth.password}`
  const authority = caFile === undefined ? '' : `, CA ${caFile}`
  const config = kubeconfig === undefined ? '' : `, kubeconfig ${kubeconfig}`
  return `${name} ${version}: ${url}, pid ${identity.pid}${user}${authority}${config}`
}

function seconds(startedMs: number): string {
  return ((performance.now() - startedMs) / 1000).toFixed(1)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
