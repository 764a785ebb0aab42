// SPDX-License-Identifier: Apache-2.0
#include "ledger/execution/chain_state.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ledger/execution/execute.h"

namespace qc::ledger {

/// The stores with the executed blocks on top, newest first. A block's changes are sorted, so a
/// look-up is one binary search a block and nothing is copied into an index of its own.
class ChainState::Overlay final : public StateView, public NodeStore {
 public:
  using Blocks = std::deque<std::shared_ptr<const ExecutedBlock>>;

  Overlay(const Blocks& blocks, const StateView& state, const NodeStore& nodes)
      : blocks_(blocks), state_(state), nodes_(nodes) {}

  Result<std::optional<std::string>> value(const Digest& subject_key) const override {
    for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block) {
      const std::vector<SubjectWrite>& subjects = (*block)->subjects;
      const auto found = std::ranges::lower_bound(subjects, subject_key, {}, &SubjectWrite::key);
      if (found != subjects.end() && found->key == subject_key) return std::optional(found->value);
    }
    return state_.value(subject_key);
  }

  Result<void> read(std::span<const std::string> keys,
                    std::span<std::string> bundles) const override {
    std::vector<std::string> missing;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      if (const std::string* bundle = find_bundle(keys[i])) {
        bundles[i] = *bundle;
      } else {
        missing.push_back(keys[i]);
        places.push_back(i);
      }
    }
    if (missing.empty()) return {};
    std::vector<std::string> read_bundles(missing.size());
    QC_TRY_VOID(nodes_.read(missing, read_bundles));
    for (std::size_t i = 0; i < places.size(); ++i) bundles[places[i]] = std::move(read_bundles[i]);
    return {};
  }

 private:
  const std::string* find_bundle(const std::string& key) const {
    for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block) {
      const std::vector<NodeBundle>& bundles = (*block)->bundles;
      const auto found = std::ranges::lower_bound(bundles, key, {}, &NodeBundle::first);
      if (found != bundles.end() && found->first == key) return &found->second;
    }
    return nullptr;
  }

  const Blocks& blocks_;
  const StateView& state_;
  const NodeStore& nodes_;
};

ChainHead ChainHead::after(const ExecutedBlock& block) {
  return {.height = block.height,
          .time_ms = block.time_ms,
          .seal_leaf = block.seal_leaf(),
          .state_root = block.seal.state,
          .validators = block.seal.next,
          .log = block.log};
}

ChainState::ChainState(Network network, ChainHead head, ReplayWindow replay, const StateView& state,
                       const NodeStore& nodes)
    : network_(std::move(network)),
      head_(std::move(head)),
      replay_(std::move(replay)),
      overlay_(std::make_unique<Overlay>(blocks_, state, nodes)) {}

ChainState::~ChainState() = default;

const StateView& ChainState::state() const { return *overlay_; }

Result<std::shared_ptr<const ExecutedBlock>> ChainState::execute(const Block& block) {
  if (blocks_.size() >= kMaxUncertifiedBlocks) {
    return fail(Code::kResourceExhausted, "block " + std::to_string(block.height) + " lies " +
                                              std::to_string(blocks_.size()) +
                                              " blocks ahead of the store; wait for it");
  }
  const ExecutionBase base{network_, head_, *overlay_, *overlay_, replay_};
  QC_TRY(ExecutedBlock result, execute_block(base, block));
  auto executed = std::make_shared<const ExecutedBlock>(std::move(result));
  replay_.forget_before(block.time_ms);
  for (const ReplayEntry& entry : executed->replay) replay_.add(entry);
  head_ = ChainHead::after(*executed);
  blocks_.push_back(executed);
  return executed;
}

void ChainState::certified(std::uint64_t height) {
  while (!blocks_.empty() && blocks_.front()->height <= height) blocks_.pop_front();
}

}  // namespace qc::ledger
