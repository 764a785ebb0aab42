// SPDX-License-Identifier: Apache-2.0
// What keeping a record costs: processor time of all threads of the process, RocksDB's included,
// for a block of 1 000 records of 1 KiB and their derived data, from the synced commit to the view.
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "storage/store.h"
#include "tests/unit/storage/model_chain.h"
#include "tests/unit/storage/temporary_directory.h"

namespace qc::storage {
namespace {

constexpr std::size_t kRecords = 1000;
constexpr std::size_t kRecordBytes = 1024;

double processor_us() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto us = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

/// Records of one lot of a hundred each, with an item of their own: two subjects a record.
std::vector<std::string> records_of(std::uint64_t block) {
  std::vector<std::string> records;
  for (std::size_t place = 0; place < kRecords; ++place) {
    std::string record = "lot " + std::to_string(place % 100) + ",item " + std::to_string(block) +
                         "." + std::to_string(place) + "|";
    while (record.size() < kRecordBytes) record += std::to_string(record.size() * (place + 7));
    records.push_back(std::move(record));
  }
  return records;
}

void CommitAndApply(benchmark::State& state) {
  const TemporaryDirectory directory;
  ModelChain chain;
  auto store = Store::open(directory.file("db"), chain.network());
  if (!store || !(*store)->commit_genesis(chain.genesis_document(), chain.genesis())) {
    state.SkipWithError("no store");
    return;
  }
  double spent_us = 0;
  std::uint64_t height = 0;
  for (auto unused : state) {
    state.PauseTiming();
    const auto step = chain.extend({records_of(++height)});
    const std::vector<std::shared_ptr<const ledger::ExecutedBlock>> blocks = {step.executed};
    const double begin_us = processor_us();
    state.ResumeTiming();
    if (!(*store)->commit_block(step.block, step.proposal, *step.executed) ||
        !(*store)->apply_certified(blocks, step.note)) {
      state.SkipWithError("not written");
      return;
    }
    spent_us += processor_us() - begin_us;
  }
  const double begin_us = processor_us();
  if (!(*store)->flush()) state.SkipWithError("not flushed");
  spent_us += processor_us() - begin_us;
  state.counters["cpu_us_per_record"] =
      spent_us / (static_cast<double>(height) * static_cast<double>(kRecords));
  state.SetItemsProcessed(static_cast<std::int64_t>(height * kRecords));
}
BENCHMARK(CommitAndApply)->Iterations(100)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace qc::storage

BENCHMARK_MAIN();
