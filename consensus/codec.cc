// SPDX-License-Identifier: Apache-2.0
#include "consensus/codec.h"

#include <algorithm>
#include <concepts>
#include <optional>
#include <type_traits>
#include <utility>

#include "consensus/byte_reader.h"
#include "consensus/byte_writer.h"

namespace qc::consensus {
namespace {

// Each struct is described once, by `fields`; Writer and Reader walk the same description, so that
// they cannot disagree.

template <class M, class T>
concept Is = std::same_as<std::remove_const_t<M>, T>;

class Writer {
 public:
  void field(std::uint64_t value) { out_.u64(value); }
  void field(Height value) { out_.u64(value.value); }
  void field(View value) { out_.u64(value.value); }
  void field(ReplicaIndex value) { out_.u16(value.value); }
  void field(Phase value) { out_.u8(static_cast<std::uint8_t>(value)); }
  template <std::size_t kSize>
  void field(const std::array<std::uint8_t, kSize>& value) {
    out_.raw(value);
  }
  void text(const std::string& value, std::size_t /*size_min*/, std::size_t /*size_max*/) {
    out_.text(value);
  }
  void bytes(const std::vector<std::uint8_t>& value, std::size_t /*size_max*/) {
    out_.u32(static_cast<std::uint32_t>(value.size()));
    for (const std::uint8_t byte : value) {
      out_.u8(byte);
    }
  }
  template <class T, class F>
  void list(const std::vector<T>& values, std::size_t /*count_max*/,
            std::size_t /*element_size_min*/, F each) {
    out_.u32(static_cast<std::uint32_t>(values.size()));
    for (const T& value : values) {
      each(*this, value);
    }
  }
  template <class T, class F>
  void optional(const std::optional<T>& value, F each) {
    out_.u8(value ? 1 : 0);
    if (value) {
      each(*this, *value);
    }
  }
  void require(bool /*holds*/) {}
  void kind(std::size_t index) { out_.u8(static_cast<std::uint8_t>(index + 1)); }
  std::string take() && { return std::move(out_).take(); }

 private:
  ByteWriter out_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : in_(bytes) {}

  void field(std::uint64_t& value) { value = in_.u64(); }
  void field(Height& value) { value.value = in_.u64(); }
  void field(View& value) { value.value = in_.u64(); }
  void field(ReplicaIndex& value) { value.value = in_.u16(); }
  void field(Phase& value) {
    const std::uint8_t phase = in_.u8();
    require(phase == static_cast<std::uint8_t>(Phase::kPrepare) ||
            phase == static_cast<std::uint8_t>(Phase::kCommit));
    value = static_cast<Phase>(phase);
  }
  template <std::size_t kSize>
  void field(std::array<std::uint8_t, kSize>& value) {
    in_.raw(value);
  }
  void text(std::string& value, std::size_t size_min, std::size_t size_max) {
    value = in_.text(size_max);
    require(value.size() >= size_min);
  }
  void bytes(std::vector<std::uint8_t>& value, std::size_t size_max) {
    value.resize(in_.count(size_max, 1));
    std::generate(value.begin(), value.end(), [this] { return in_.u8(); });
  }
  template <class T, class F>
  void list(std::vector<T>& values, std::size_t count_max, std::size_t element_size_min, F each) {
    values.resize(in_.count(count_max, element_size_min));
    for (T& value : values) {
      each(*this, value);
    }
  }
  template <class T, class F>
  void optional(std::optional<T>& value, F each) {
    const std::uint8_t present = in_.u8();
    require(present <= 1);
    if (present == 1) {
      each(*this, value.emplace());
    }
  }
  void require(bool holds) {
    if (!holds) {
      in_.fail();
    }
  }
  std::size_t kind() { return static_cast<std::size_t>(in_.u8()) - 1; }
  bool complete() const { return in_.complete(); }

 private:
  ByteReader in_;
};

/// Encoded size of one, for refusing a count before anything is allocated.
constexpr std::size_t kViewChangeHeaderSize = 5 * 8 + 2 * sizeof(Digest) + 2 + sizeof(Signature);

template <class A, class M>
void digests(A& a, M& list, std::size_t count_max) {
  a.list(list, count_max, sizeof(Digest), [](A& archive, auto& digest) { archive.field(digest); });
}

template <class A, Is<Proposal> M>
void fields(A& a, M& m) {
  a.field(m.height);
  a.field(m.parent);
  a.field(m.time_ms);
  digests(a, m.batches, kProposalBatchesMax);
}

template <class A, Is<PrePrepare> M>
void fields(A& a, M& m) {
  a.field(m.view);
  fields(a, m.proposal);
  a.field(m.signature);
}

template <class A, Is<Vote> M>
void fields(A& a, M& m) {
  a.field(m.phase);
  a.field(m.view);
  a.field(m.height);
  a.field(m.digest);
  a.field(m.voter);
  a.field(m.signature);
}

template <class A, Is<PreparedCertificate> M>
void fields(A& a, M& m) {
  a.field(m.view);
  a.field(m.height);
  a.field(m.digest);
  a.list(m.prepares, kValidatorsMax, sizeof(std::uint16_t) + sizeof(Signature),
         [](A& archive, auto& prepare) {
           archive.field(prepare.voter);
           archive.field(prepare.signature);
         });
  a.require(std::adjacent_find(m.prepares.begin(), m.prepares.end(),
                               [](const SignedBy& one, const SignedBy& next) {
                                 return one.voter >= next.voter;
                               }) == m.prepares.end());
}

template <class A, class M>
requires Is<M, CheckpointVote> || Is<M, CheckpointSigned>
void fields(A& a, M& m) {
  // An observer signs nothing, but it remembers nothing either: a cosignature is never empty.
  a.field(m.height);
  a.text(m.checkpoint, 1, kCheckpointBytesMax);
  a.text(m.cosignature, 1, kCosignatureBytesMax);
}

template <class A, Is<CertifiedCheckpoint> M>
void fields(A& a, M& m) {
  a.field(m.height);
  a.field(m.proposal);
  a.text(m.checkpoint, 1, kCheckpointBytesMax);
  a.text(m.proof, 0, kCertifiedProofBytesMax);
}

template <class A, class M>
requires Is<M, BatchAck> || Is<M, FetchBatches>
void fields(A& a, M& m) {
  digests(a, m.batches, kDigestListMax);
  a.require(!m.batches.empty());
}

template <class A, Is<HeldVotes> M>
void fields(A& a, M& m) {
  a.field(m.height);
  a.field(m.proposal);
  a.bytes(m.prepares, kValidatorsMax / 8);
  a.bytes(m.commits, kValidatorsMax / 8);
}

template <class A, Is<Status> M>
void fields(A& a, M& m) {
  a.field(m.view);
  a.field(m.certified);
  digests(a, m.acknowledged, kDigestListMax);
  a.list(m.votes, kWindowMax, 48, [](A& archive, auto& held) { fields(archive, held); });
  a.require(std::adjacent_find(m.votes.begin(), m.votes.end(),
                               [](const HeldVotes& one, const HeldVotes& next) {
                                 return one.height >= next.height;
                               }) == m.votes.end());
}

template <class A, Is<ViewChangeHeader> M>
void fields(A& a, M& m) {
  a.field(m.view);
  a.field(m.checkpoint.height);
  a.field(m.checkpoint.proposal);
  a.field(m.prepared.view);
  a.field(m.prepared.height);
  a.field(m.prepared.digest);
  a.field(m.voter);
  a.field(m.signature);
}

template <class A, class M>
void proofs(A& a, M& m) {
  const auto each = [](A& archive, auto& value) { fields(archive, value); };
  a.optional(m.certificate, each);
  a.optional(m.checkpoint, each);
}

template <class A, Is<ViewChange> M>
void fields(A& a, M& m) {
  fields(a, m.header);
  proofs(a, m);
}

template <class A, Is<NewView> M>
void fields(A& a, M& m) {
  a.field(m.view);
  a.list(m.headers, kValidatorsMax, kViewChangeHeaderSize,
         [](A& archive, auto& header) { fields(archive, header); });
  a.require(std::adjacent_find(m.headers.begin(), m.headers.end(),
                               [](const ViewChangeHeader& one, const ViewChangeHeader& next) {
                                 return one.voter >= next.voter;
                               }) == m.headers.end());
  proofs(a, m);
  a.field(m.signature);
}

template <class A, Is<FetchProposals> M>
void fields(A& a, M& m) {
  a.field(m.height);
  a.field(m.digest);
  a.field(m.above);
}

template <class A, Is<ProposalFetched> M>
void fields(A& a, M& m) {
  fields(a, m.proposal);
}

template <class A, Is<EpochEntered> M>
void fields(A& a, M& m) {
  a.field(m.first_height);
  a.field(m.set_hash);
}

template <class A, Is<ViewEntered> M>
void fields(A& a, M& m) {
  a.field(m.view);
}

template <class A, Is<ProposalMade> M>
void fields(A& a, M& m) {
  fields(a, m.pre_prepare);
}

template <class A, Is<PrepareMade> M>
void fields(A& a, M& m) {
  a.field(m.view);
  a.field(m.height);
  a.field(m.digest);
}

template <class A, Is<CertificateMade> M>
void fields(A& a, M& m) {
  fields(a, m.certificate);
  fields(a, m.proposal);
}

template <class A, Is<CheckpointHeld> M>
void fields(A& a, M& m) {
  fields(a, m.checkpoint);
}

template <class A, Is<NewViewInstalled> M>
void fields(A& a, M& m) {
  a.field(m.view);
  a.field(m.start.start);
  a.optional(m.start.base, [](A& archive, auto& digest) { archive.field(digest); });
  a.field(m.start.parent);
}

template <class A, Is<NewViewMade> M>
void fields(A& a, M& m) {
  fields(a, m.new_view);
}

template <class A, Is<AncestorKept> M>
void fields(A& a, M& m) {
  a.field(m.digest);
  fields(a, m.proposal);
}

template <class Variant>
std::string encode_variant(const Variant& value) {
  Writer out;
  out.kind(value.index());
  std::visit([&out](const auto& alternative) { fields(out, alternative); }, value);
  return std::move(out).take();
}

template <class Variant, std::size_t... kIndex>
std::optional<Variant> decode_variant(std::string_view bytes,
                                      std::index_sequence<kIndex...> /*alternatives*/) {
  Reader in(bytes);
  const std::size_t kind = in.kind();
  std::optional<Variant> value;
  const auto read = [&]<std::size_t kAlternative>() {
    std::variant_alternative_t<kAlternative, Variant> alternative;
    fields(in, alternative);
    if (in.complete()) {
      value.emplace(std::in_place_index<kAlternative>, std::move(alternative));
    }
  };
  ((kind == kIndex ? read.template operator()<kIndex>() : void()), ...);
  return value;
}

}  // namespace

std::string encode(const Message& message) { return encode_variant(message); }

std::string encode(const JournalEntry& entry) { return encode_variant(entry); }

std::optional<Message> decode_message(std::string_view bytes) {
  return decode_variant<Message>(bytes, std::make_index_sequence<std::variant_size_v<Message>>());
}

std::optional<JournalEntry> decode_journal_entry(std::string_view bytes) {
  return decode_variant<JournalEntry>(
      bytes, std::make_index_sequence<std::variant_size_v<JournalEntry>>());
}

}  // namespace qc::consensus
