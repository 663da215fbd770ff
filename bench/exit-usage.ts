/** Loaded before a program: tells its parent what it took. */
process.on("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  process.send?.({ megabytes: maxRSS / 1024, cpuMs: (userCPUTime + systemCPUTime) / 1000 });
});
