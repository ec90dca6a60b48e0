import { defaultPolicies, type JobInput } from "@/lib/domain/job";

export type SampleJob = { input: JobInput; pauseReason?: string; runsAtOnce?: boolean };

/** The image stands for what would run in AWS; the sandbox runs the commands as processes of this machine. */
const image = "public.ecr.aws/docker/library/node:24";
const common = { timeZone: "Europe/Berlin", policies: defaultPolicies };
const size = { cpu: 256, memory: 512 };

const checkStock = String.raw`
say() { printf '\033[2m%s\033[0m  %b\n' "$(date -u +%H:%M:%S)" "$1"; }
say "Checking stock levels of \033[1m5 warehouses\033[0m"
slowest=0
for city in Berlin Lisbon Osaka Quito Tartu; do
  sleep 1
  ms=$(( ($(date +%s) * 97 + \${#city} * 131) % 240 + 20 ))
  [ "$ms" -gt "$slowest" ] && slowest=$ms
  if [ "$ms" -gt 200 ]; then say "  \033[33mslow\033[0m  $city answered in \033[33m$ms ms\033[0m"
  else say "  \033[32mok\033[0m    $city answered in $ms ms"; fi
done
sleep 1
say "\033[32mAll stock levels are fresh\033[0m (slowest answer: $slowest ms)"
`.replaceAll("\\${", "${");

const importOrders = String.raw`
const rows = [
  "2041;2026-03-01;149.90",
  "2042;2026-03-01;89.00",
  "2043;2026-03-02;1.249,00",
  "2044;2026-03-02;12.50",
];

function readAmount(text, line) {
  if (!/^\d+\.\d{2}$/.test(text)) throw new RangeError("orders.csv:" + line + ": amount \"" + text + "\" is not a number with two decimals");
  return Number(text);
}

async function main() {
  console.log("Importing orders.csv (" + rows.length + " rows) for " + process.env.SHOP);
  let sum = 0;
  for (const [index, row] of rows.entries()) {
    const [order, day, amount] = row.split(";");
    await new Promise((resolve) => setTimeout(resolve, 700));
    sum += readAmount(amount, index + 1);
    console.log("  order " + order + " of " + day + ": " + amount + " EUR");
  }
  console.log("Imported " + sum.toFixed(2) + " EUR");
}

main().catch((error) => {
  console.error("\u001b[31mImport failed, nothing was written\u001b[0m");
  console.error(error.stack);
  process.exitCode = 3;
});
`;

const renderReport = String.raw`
echo "Rendering the sales report for $PERIOD"
page=0
while [ "$page" -lt 30 ]; do
  page=$((page + 1))
  sleep 3
  printf 'page %2d of 30 \033[36m%3d %%\033[0m\n' "$page" $((page * 100 / 30))
done
echo "Report of 30 pages is ready"
`;

const cleanUp = `
echo "Removing exports older than 30 days"
count=$(find . -type f -mtime +30 | wc -l)
echo "$count files removed"
`;

/** What a newcomer finds. Each command needs /bin/sh or Node and nothing else. */
export const sampleJobs: SampleJob[] = [
  {
    runsAtOnce: true,
    input: {
      ...common,
      name: "Every minute",
      slug: "every-minute",
      description: "Asks five warehouses for their stock levels. Succeeds each minute, and colours its lines while it does.",
      application: "stock",
      labels: { team: "logistics", sample: "yes" },
      definition: { image, entryPoint: [], command: ["/bin/sh", "-c", checkStock.trim()], environment: [], secrets: [], ...size },
      expression: "cron(* * * * ? *)",
    },
  },
  {
    runsAtOnce: true,
    input: {
      ...common,
      name: "Failing import",
      slug: "failing-import",
      description: "Reads orders from a file whose third row has its amount in another country's form. Fails with exit code 3.",
      application: "orders",
      labels: { team: "sales", sample: "yes" },
      definition: {
        image,
        entryPoint: [],
        command: ["node", "-e", importOrders.trim()],
        environment: [{ name: "SHOP", value: "berlin-mitte" }],
        secrets: [],
        ...size,
      },
      expression: "cron(*/2 * * * ? *)",
    },
  },
  {
    input: {
      ...common,
      name: "Slow report",
      slug: "slow-report",
      description: "Renders thirty pages, three seconds each: time enough to follow it, or to stop it.",
      application: "reports",
      labels: { team: "finance", sample: "yes" },
      definition: {
        image,
        entryPoint: [],
        command: ["/bin/sh", "-c", renderReport.trim()],
        environment: [{ name: "PERIOD", value: "this quarter" }],
        secrets: [],
        cpu: 512,
        memory: 1024,
      },
      expression: "cron(*/5 * * * ? *)",
    },
  },
  {
    pauseReason: "Waits until the exports have moved to the new disk.",
    input: {
      ...common,
      name: "Paused cleanup",
      slug: "paused-cleanup",
      description: "Removes old exports at night. Paused: it does not run until somebody resumes it.",
      application: "reports",
      labels: { team: "finance", sample: "yes" },
      definition: { image, entryPoint: [], command: ["/bin/sh", "-c", cleanUp.trim()], environment: [], secrets: [], ...size },
      expression: "cron(15 3 * * ? *)",
    },
  },
];
