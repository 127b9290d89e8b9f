// SPDX-License-Identifier: Apache-2.0

#include "bench/actions.h"

#include <fmt/format.h>

#include <array>
#include <string_view>

#include "bench/generate.h"

namespace sotto::bench {
namespace {

constexpr std::string_view kHead = R"(name: Delivery {0}
on:
  push:
    branches: [main, "release/**"]
    paths-ignore: ["docs/**", "*.md"]
  pull_request:
  schedule:
    - cron: "17 4 * * 1"
permissions:
  contents: read
concurrency:
  group: ${{{{ github.workflow }}}}-${{{{ github.ref }}}}
  cancel-in-progress: true
jobs:
)";

constexpr std::string_view kJob = R"(  job_{0}:
    name: Service {0} on ${{{{ matrix.os }}}}
    runs-on: ${{{{ matrix.os }}}}
    timeout-minutes: {1}
    strategy:
      fail-fast: false
      matrix:
        os: [ubuntu-latest, macos-latest]
        node: ["18", "20", "22"]
    env:
      SERVICE: service-{0}
      REGION: eu-west-{1}
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
          persist-credentials: false
)";

constexpr std::array<std::string_view, 5> kSteps{
    R"(      - name: Set up Node for step {0}
        uses: actions/setup-node@v4
        with:
          node-version: ${{{{ matrix.node }}}}
          cache: npm
)",
    R"(      - name: Build part {0}
        run: |
          npm ci --no-audit --no-fund
          npm run build -- --service "$SERVICE" --part {0}
          test -d dist || {{ echo "nothing was built" >&2; exit 1; }}
        env:
          NODE_OPTIONS: --max-old-space-size=4096
          NPM_TOKEN: ${{{{ secrets.NPM_TOKEN }}}}
)",
    R"(      - name: Test part {0}
        if: github.event_name == 'pull_request' && !contains(github.head_ref, 'docs/')
        run: npm test -- --shard={0}/64 --reporters=default
        env:
          DATABASE_URL: ${{{{ secrets.TEST_DATABASE_URL }}}}
          SEED: ${{{{ github.run_number }}}}
)",
    R"(      - name: Keep the results of part {0}
        if: always() && matrix.os == 'ubuntu-latest'
        uses: actions/upload-artifact@v4
        with:
          name: results-${{{{ matrix.node }}}}-{0}
          path: |
            coverage/**/*.json
            reports/
          retention-days: 7
)",
    R"(      - name: Tell channel {0}
        if: failure() && github.ref == 'refs/heads/main'
        run: |
          curl -sSf -X POST -H "Authorization: Bearer $CHAT_TOKEN" \
            -d "{{\"text\": \"build $GITHUB_RUN_ID failed\", \"channel\": {0}}}" \
            https://chat.example.com/api/v2/messages
        env:
          CHAT_TOKEN: ${{{{ secrets.CHAT_TOKEN }}}}
)"};

constexpr std::size_t kStepsOfJob = 12;

std::string write(Random& random, std::size_t index, std::size_t bytes) {
  std::string text = fmt::format(kHead, index);
  std::size_t step = 0;
  for (std::size_t job = 0; text.size() < bytes; ++job) {
    text += fmt::format(kJob, job, 10 + random.below(50));
    for (std::size_t i = 0; i < kStepsOfJob; ++i) {
      text += fmt::format(fmt::runtime(kSteps[random.below(kSteps.size())]),
                          ++step);
    }
  }
  return text;
}

}  // namespace

std::vector<std::string> generate_actions(std::size_t count,
                                          std::size_t bytes) {
  Random random(count);
  std::vector<std::string> documents;
  while (documents.size() < count) {
    documents.push_back(write(random, documents.size(), bytes));
  }
  return documents;
}

}  // namespace sotto::bench
