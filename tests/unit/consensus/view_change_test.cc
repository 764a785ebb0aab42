// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "consensus/facts/safety_rules.h"
#include "consensus/message/verifier.h"
#include "consensus/message/view_start.h"
#include "consensus/replica/replica.h"
#include "tests/unit/consensus/replica_fixture.h"
#include "tests/unit/consensus/test_authenticator.h"

namespace qc::consensus {
namespace {

TEST(ViewStart, TheHigherViewBeatsTheGreaterHeight) {
  const Epoch epoch = epoch_of(4);
  const std::vector<ViewChangeHeader> headers = {
      header_of(epoch, 0, View{3}, {View{0}, Height{9}, digest_of(9)}),
      header_of(epoch, 1, View{3}, {View{2}, Height{5}, digest_of(5)}),
      header_of(epoch, 2, View{3})};

  EXPECT_EQ(view_start(headers), (ViewStart{Height{5}, digest_of(5), {}}));
}

TEST(ViewStart, IsFreshWhereTheCertificateIsNotAboveTheCheckpoint) {
  const Epoch epoch = epoch_of(4);
  const std::vector<ViewChangeHeader> headers = {
      header_of(epoch, 0, View{3}, {View{2}, Height{5}, digest_of(5)}),
      header_of(epoch, 1, View{3}, {}, {Height{5}, digest_of(5)}),
      header_of(epoch, 2, View{3}, {}, {Height{4}, digest_of(4)})};

  EXPECT_EQ(view_start(headers), (ViewStart{Height{6}, std::nullopt, digest_of(5)}));
}

TEST(Verifier, RecomputesANewView) {
  const Epoch epoch = epoch_of(4);
  const TestAuthenticator authenticator(ReplicaIndex{0});
  const Proposal proposal{Height{1}, {}, kWallMs, {digest_of(1)}};
  const NewView good = new_view_of(epoch, View{1}, certificate_of(epoch, View{}, proposal));
  ASSERT_TRUE(verify_message(epoch, authenticator, good));
  TestAuthenticator primary(epoch.primary(View{1}));
  const auto signed_again = [&](NewView changed) {
    changed.signature = primary.sign(new_view_statement_bytes(epoch, changed));
    return changed;
  };
  NewView without_proof = good;
  without_proof.certificate.reset();
  NewView padded = good;
  padded.headers[1] = padded.headers[0];
  NewView too_few = good;
  too_few.headers.pop_back();
  too_few.certificate.reset();
  NewView of_another_view = good;
  of_another_view.headers[0] = header_of(epoch, 0, View{5});
  NewView by_another = good;
  by_another.signature =
      TestAuthenticator(ReplicaIndex{0}).sign(new_view_statement_bytes(epoch, good));

  for (const NewView& bad : {without_proof, padded, too_few, of_another_view}) {
    EXPECT_FALSE(verify_message(epoch, authenticator, signed_again(bad)));
  }
  EXPECT_FALSE(verify_message(epoch, authenticator, by_another));
}

TEST(Verifier, AViewChangeProvesWhatItSays) {
  const Epoch epoch = epoch_of(4);
  const TestAuthenticator authenticator(ReplicaIndex{0});
  const PreparedCertificate certificate =
      certificate_of(epoch, View{1}, Proposal{Height{2}, {}, kWallMs, {digest_of(1)}});
  const PreparedPoint prepared{View{1}, Height{2}, certificate.digest};
  const ViewChange good{header_of(epoch, 3, View{2}, prepared), certificate, std::nullopt};
  const ViewChange too_old{header_of(epoch, 3, View{1}, prepared), certificate, std::nullopt};
  const ViewChange bare{header_of(epoch, 3, View{2}, prepared), std::nullopt, std::nullopt};
  const ViewChange inflated{header_of(epoch, 3, View{2}, {View{1}, Height{3}, certificate.digest}),
                            certificate, std::nullopt};
  Epoch returned = epoch;
  returned.first_height = Height{50};

  EXPECT_TRUE(verify_message(epoch, authenticator, good));
  EXPECT_FALSE(verify_message(epoch, authenticator, too_old)) << "its view is not below";
  EXPECT_FALSE(verify_message(epoch, authenticator, bare));
  EXPECT_FALSE(verify_message(epoch, authenticator, inflated));
  EXPECT_FALSE(verify_message(returned, authenticator, good)) << "the set is back, not its words";
}

/// Validator 3 of four.
class ViewChangeTest : public ReplicaFixture {
 protected:
  ViewChangeTest() : ReplicaFixture(ReplicaIndex{3}) {}
};

TEST_F(ViewChangeTest, LeavesAViewThatBringsNothing) {
  Replica replica = make();
  const Proposal first{Height{1}, {}, kWallMs, {digest_of(1)}};
  receive(replica, 1, pre_prepare_of(config_.epoch, View{}, first));

  const Actions actions = wait(replica, 1'000);

  ASSERT_EQ(sent<ViewChange>(actions).size(), 1U);
  EXPECT_EQ(sent<ViewChange>(actions).front().header.view, View{1});
  EXPECT_EQ(actions.persist.front(), JournalEntry(ViewEntered{View{1}}));
  hold(replica, 1);
  EXPECT_TRUE(sent<Vote>(wait(replica, 10)).empty()) << "no vote in a view that it has left";
}

TEST_F(ViewChangeTest, SaysWhyAndWhenItLeftAView) {
  using enum ViewChangeCause;
  const Proposal first{Height{1}, {}, kWallMs, {digest_of(1)}};
  const Proposal other{Height{1}, {}, kWallMs, {digest_of(2)}};
  Replica waits = make();
  EXPECT_FALSE(waits.status().last_view_change);
  receive(waits, 1, pre_prepare_of(config_.epoch, View{}, first));
  now_.wall_ms += 7;
  const Actions timed_out = wait(waits, 1'000);
  const ViewLeft timeout{View{0}, View{1}, kTimeout, kWallMs + 7};
  EXPECT_EQ(timed_out.views_left, std::vector<ViewLeft>{timeout});
  EXPECT_EQ(waits.status().last_view_change, timeout);
  EXPECT_TRUE(wait(waits, 10).views_left.empty()) << "told once";

  journal_.clear();
  Replica joins = make();
  change(joins, 0, View{5});
  change(joins, 1, View{2});
  EXPECT_EQ(joins.status().last_view_change->cause, kOthersLeft);
  EXPECT_EQ(joins.status().last_view_change->to, View{2});

  journal_.clear();
  Replica follows = make();
  receive(follows, 2, new_view_of(config_.epoch, View{1}));
  EXPECT_EQ(follows.status().last_view_change->cause, kViewBegun);

  journal_.clear();
  Replica witness = make();
  receive(witness, 1, pre_prepare_of(config_.epoch, View{}, first));
  receive(witness, 1, pre_prepare_of(config_.epoch, View{}, other));
  EXPECT_EQ(witness.status().last_view_change->cause, kEquivocation);

  journal_.clear();
  Replica cut_off = make();
  step(cut_off, LinkDown{ReplicaIndex{1}});
  receive(cut_off, 0, pre_prepare_of(config_.epoch, View{}, first));
  wait(cut_off, 300);
  EXPECT_EQ(cut_off.status().last_view_change->cause, kLinkDown);
}

TEST_F(ViewChangeTest, AnIdleNetworkStaysWhereItIs) {
  Replica replica = make();

  EXPECT_TRUE(sent<ViewChange>(wait(replica, 60'000)).empty());
  EXPECT_EQ(replica.status().view, View{0});
}

TEST_F(ViewChangeTest, OneLiarDragsNobodyAndTwoHoldACorrectOne) {
  Replica replica = make();
  change(replica, 0, View{1'000'000});
  EXPECT_EQ(replica.status().view, View{0});

  change(replica, 1, View{2});

  EXPECT_EQ(replica.status().view, View{2});
}

TEST_F(ViewChangeTest, AnAwaitedViewGetsItsTimeOnceAQuorumAwaitsIt) {
  Replica replica = make();
  change(replica, 0, View{1});
  change(replica, 0, View{2});
  change(replica, 1, View{1});
  ASSERT_EQ(replica.status().view, View{1});
  EXPECT_TRUE(replica.status().progress_timer_runs) << "0, 1 and itself";

  wait(replica, 5'000);
  EXPECT_EQ(replica.status().view, View{2});
  EXPECT_FALSE(replica.status().progress_timer_runs) << "only two of four are there";
}

TEST_F(ViewChangeTest, BeginsWithTheBaseAndOnlyWithIt) {
  Replica replica = make();
  hold(replica, 1);
  hold(replica, 2);
  const Proposal base{Height{1}, {}, kWallMs, {digest_of(1)}};
  const Proposal other{Height{1}, {}, kWallMs, {digest_of(2)}};
  const NewView new_view =
      new_view_of(config_.epoch, View{1}, certificate_of(config_.epoch, View{}, base));
  // A day later: a re-proposal keeps its time.
  now_.wall_ms += 86'400'000;
  const Actions installed = receive(replica, 2, new_view);
  EXPECT_TRUE(sent<ViewChange>(installed).empty());

  EXPECT_TRUE(
      sent<Vote>(receive(replica, 2, pre_prepare_of(config_.epoch, View{1}, other))).empty());
  Replica again = make();
  EXPECT_TRUE(sent<Vote>(receive(again, 2, pre_prepare_of(config_.epoch, View{1}, base))).empty())
      << "its batch is not here";
  const Actions actions =
      step(again, BatchStored{digest_of(1), ReplicaIndex{1}, 100, ~std::uint64_t{0}});

  ASSERT_EQ(sent<Vote>(actions).size(), 1U);
  EXPECT_EQ(sent<Vote>(actions).front().view, View{1});
}

TEST_F(ViewChangeTest, InstallsOneNewViewAViewAcrossARestart) {
  Replica replica = make();
  const Proposal base{Height{1}, {}, kWallMs, {digest_of(1)}};
  receive(replica, 2, new_view_of(config_.epoch, View{1}));
  const NewView second =
      new_view_of(config_.epoch, View{1}, certificate_of(config_.epoch, View{}, base));

  Replica again = make();
  EXPECT_EQ(again.interest(ReplicaIndex{2}, second), Interest::kDrop);
  receive(again, 2, second);

  const auto installed = std::ranges::count_if(journal_, [](const JournalEntry& entry) {
    return std::holds_alternative<NewViewInstalled>(entry);
  });
  EXPECT_EQ(installed, 1);
  EXPECT_FALSE(again.journal().installed()->start.base);
}

TEST_F(ViewChangeTest, LeavesAPrimaryThatContradictsItself) {
  Replica replica = make();
  const Proposal first{Height{1}, {}, kWallMs, {digest_of(1)}};
  const Proposal other{Height{1}, {}, kWallMs, {digest_of(2)}};
  receive(replica, 1, pre_prepare_of(config_.epoch, View{}, first));

  const Actions actions = receive(replica, 1, pre_prepare_of(config_.epoch, View{}, other));

  EXPECT_EQ(actions.evidence.size(), 1U);
  EXPECT_EQ(replica.status().view, View{1});
}

TEST_F(ViewChangeTest, KeepsWhatComesOfTheNextViewBeforeItsNewView) {
  Replica replica = make();
  hold(replica, 1);
  const Proposal first{Height{1}, {}, kWallMs, {digest_of(1)}};
  receive(replica, 2, pre_prepare_of(config_.epoch, View{1}, first));

  const Actions actions = receive(replica, 2, new_view_of(config_.epoch, View{1}));

  ASSERT_EQ(sent<Vote>(actions).size(), 1U);
  EXPECT_EQ(sent<Vote>(actions).front().view, View{1});
}

TEST_F(ViewChangeTest, ALaggardGetsTheNewViewFromAnybody) {
  Replica replica = make();
  const NewView new_view = new_view_of(config_.epoch, View{1});
  receive(replica, 2, new_view);

  const Actions to_status = receive(replica, 1, Status{});
  ASSERT_EQ(sent<NewView>(to_status).size(), 1U);
  EXPECT_EQ(sent<NewView>(to_status).front(), new_view);
}

TEST_F(ViewChangeTest, ThePrimaryOfAViewBeginsItOnceAndSaysTheSameAfterARestart) {
  config_.self = ReplicaIndex{2};
  TestAuthenticator own(ReplicaIndex{2});
  Replica replica(config_, ledger_, {}, own);
  remember(replica.start(now_));
  change(replica, 0, View{1});

  const Actions actions = change(replica, 3, View{1});

  ASSERT_EQ(sent<NewView>(actions).size(), 1U);
  const NewView made = sent<NewView>(actions).front();
  EXPECT_TRUE(verify_message(config_.epoch, own, made));
  EXPECT_TRUE(replica.status().view_installed);
  Replica again(config_, ledger_, recover(journal_), own);
  again.start(now_);
  EXPECT_EQ(again.journal().new_view_made()->new_view, made);
  EXPECT_TRUE(again.status().view_installed);
}

TEST_F(ViewChangeTest, AnswersWithTheProposalsThatItHas) {
  Replica replica = make();
  const Proposal first{Height{1}, {}, kWallMs, {digest_of(1)}};
  receive(replica, 1, pre_prepare_of(config_.epoch, View{}, first));

  const Actions actions =
      receive(replica, 0, FetchProposals{Height{1}, proposal_digest(first, authenticator_), {}});

  ASSERT_EQ(sent<ProposalFetched>(actions).size(), 1U);
  EXPECT_EQ(sent<ProposalFetched>(actions).front().proposal, first);
}

}  // namespace
}  // namespace qc::consensus
