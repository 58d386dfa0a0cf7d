import { defineConfig } from 'vitest/config'

const project = (name: string, testTimeout: number) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout,
    hookTimeout: testTimeout,
    expect: { poll: { timeout: 20_000 } },
  },
})

export default defineConfig({
  test: {
    globalSetup: ['test/support/services.ts'],
    projects: [
      project('unit', 30_000),
      project('integration', 120_000),
      project('kubernetes', 120_000),
      project('e2e', 120_000),
      project('chaos', process.env['FLAGSHIP_SOAK'] === '1' ? 3_600_000 : 120_000),
    ],
  },
})
