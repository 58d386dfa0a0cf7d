/** Loaded into an agent before anything else: SIGUSR2 sets its wall clock back by an hour. */
let shiftMs = 0
const now = Date.now
Date.now = () => now() + shiftMs
process.on('SIGUSR2', () => {
  shiftMs -= 3_600_000
  process.stderr.write('the clock steps back\n')
})
