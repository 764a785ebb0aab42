/* SPDX-License-Identifier: Apache-2.0
 *
 * Agreement of the view change (docs/consensus.md), bounded: n = 4, f = 1, three views, heights 1 and 2 (or 3).
 *
 * What is modelled
 *   Three correct replicas and one liar. The liar has signed everything that can be signed, so a certificate
 *   exists once two correct replicas voted for it (quorum 3), and any view change of its own may be shown: every
 *   certificate and checkpoint that exists, or none. The primary of view BYZANTINE_VIEW is the liar: it sends
 *   different proposals and different NewViews to different replicas. Other primaries make one of each per view, by
 *   any choice that the rules allow. Messages are never lost from the model's sight and never have to be seen:
 *   sets of votes only grow and each step may use or ignore what is there, which covers delay, loss, order.
 *   A replica may time out at any moment, skip views, restart at any moment from what it journalled.
 *
 * What is left out
 *   A replica does not refuse a base that contradicts what it has executed: safety must not need that.
 *   Availability of payload, the window (2 heights are inside it), liveness, epochs, signatures.
 *
 * A digest is a node of the binary tree of all chains: genesis is 1, the children of d are 2d and 2d + 1.
 * A certificate is known by its rank, (view, height) in the order of the rule: one digest per rank.
 *
 * Deliberate bugs, each of which must let the checker find two committed blocks that contradict each other:
 *   -DBASE_BY_HEIGHT         greatest height first, then view
 *   -DSTART_NOT_JOURNALLED   a restart forgets which NewView was installed
 *   -DHIGHEST_DISCARDED      the highest certificate is dropped once its height is certified
 *   -DCHECKPOINT_UNDER_BASE  a certified block is a parent at and below the base, too
 *   -DPREPARE_NOT_JOURNALLED a restart forgets what was prepared
 */

#ifndef HEIGHTS
#define HEIGHTS 2
#endif
#ifndef BYZANTINE_VIEW
#define BYZANTINE_VIEW 1
#endif
#define VIEWS 3
#if HEIGHTS == 2
#define DIGESTS 8
#define HEIGHT(d) ((d) < 2 -> 0 : ((d) < 4 -> 1 : 2))
#else
#define DIGESTS 16
#define HEIGHT(d) ((d) < 2 -> 0 : ((d) < 4 -> 1 : ((d) < 8 -> 2 : 3)))
#endif

/* Whether a is b or an ancestor of b. */
#define UPON(a, b) ((a) == (b) || (a) == ((b) >> 1) || (a) == ((b) >> 2) || (a) == ((b) >> 3))

#ifdef BASE_BY_HEIGHT
#define RANK(v, d) (HEIGHT(d) * 4 + (v))
#else
#define RANK(v, d) ((v) * 4 + HEIGHT(d))
#endif

/* ---- what was said by correct replicas: a bit each, all three once two of them make it a quorum with the liar */
byte prepared[VIEWS * DIGESTS];
byte committed[VIEWS * DIGESTS];
/* The view change of replica r to view v: 0 not sent, 1 without a certificate, 1 + rank with one; its checkpoint. */
byte change_rank[VIEWS * 3];
byte change_height[VIEWS * 3];
/* What a correct primary decided for its view. */
byte proposed[VIEWS * 4];
byte new_view_start[VIEWS];
byte new_view_point[VIEWS];

/* ---- one replica's journal and memory */
byte view[3];
bool installed[3];
byte start[3];  /* the view's first height */
byte base[3];   /* the digest it must have, or 0: fresh, on ... */
byte parent[3];
byte last[3];   /* the last digest prepared in this view, or 0 */
byte done[3];   /* the greatest height committed to in this view, or 0 */
byte highest[3];
byte certified[3];

/* Siblings differ by name only: an odd digest is not prepared before its even sibling was. */
bool used[DIGESTS];

/* ---- blocks that a quorum committed, their ancestors included */
bool final[DIGESTS];

#define QUORUM(bits) ((bits) == 7)
#define CERTIFICATE(v, d) QUORUM(prepared[(v) * DIGESTS + (d)])
#define AT_LEAST_TWO(bits) ((bits) == 3 || (bits) == 5 || (bits) >= 6)

#define VOTE(votes, v, d, r) \
  votes[(v) * DIGESTS + (d)] = votes[(v) * DIGESTS + (d)] | (1 << (r)); \
  if :: AT_LEAST_TWO(votes[(v) * DIGESTS + (d)]) -> votes[(v) * DIGESTS + (d)] = 7 :: else fi

#if HEIGHTS == 2
#define ONE_AT_HEIGHT_1 (!(final[2] && final[3]))
#define ONE_AT_HEIGHT_2 (final[4] + final[5] + final[6] + final[7] <= 1)
#define AGREEMENT (ONE_AT_HEIGHT_1 && ONE_AT_HEIGHT_2)
#else
#define ONE_AT_HEIGHT_1 (!(final[2] && final[3]))
#define ONE_AT_HEIGHT_2 (final[4] + final[5] + final[6] + final[7] <= 1)
#define ONE_AT_HEIGHT_3 \
  (final[8] + final[9] + final[10] + final[11] + final[12] + final[13] + final[14] + final[15] <= 1)
#define AGREEMENT (ONE_AT_HEIGHT_1 && ONE_AT_HEIGHT_2 && ONE_AT_HEIGHT_3)
#endif

/* ---- replicas differ by name only, too: a state is stored with them in the order of all that each of them knows */

c_code {
#define REPLICA_FIELDS 9
enum { kVotes = VIEWS * DIGESTS, kKey = REPLICA_FIELDS + 2 * VIEWS + 2 * kVotes };

static void sort_replicas(State *s) {
  unsigned char *field[REPLICA_FIELDS] = {
      (unsigned char *)s->view, (unsigned char *)s->installed, (unsigned char *)s->start,
      (unsigned char *)s->base, (unsigned char *)s->parent, (unsigned char *)s->last,
      (unsigned char *)s->done, (unsigned char *)s->highest, (unsigned char *)s->certified};
  unsigned char key[3][kKey];
  unsigned char *sorted[3] = {key[0], key[1], key[2]};
  for (int r = 0; r < 3; ++r) {
    unsigned char *k = key[r];
    for (int i = 0; i < REPLICA_FIELDS; ++i) *k++ = field[i][r];
    for (int v = 0; v < VIEWS; ++v) *k++ = s->change_rank[v * 3 + r];
    for (int v = 0; v < VIEWS; ++v) *k++ = s->change_height[v * 3 + r];
    for (int i = 0; i < kVotes; ++i) *k++ = (s->prepared[i] >> r) & 1;
    for (int i = 0; i < kVotes; ++i) *k++ = (s->committed[i] >> r) & 1;
  }
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 2; ++j) {
      if (memcmp(sorted[j], sorted[j + 1], kKey) > 0) {
        unsigned char *t = sorted[j];
        sorted[j] = sorted[j + 1];
        sorted[j + 1] = t;
      }
    }
  }
  memset(s->prepared, 0, kVotes);
  memset(s->committed, 0, kVotes);
  for (int r = 0; r < 3; ++r) {
    const unsigned char *k = sorted[r];
    for (int i = 0; i < REPLICA_FIELDS; ++i) field[i][r] = *k++;
    for (int v = 0; v < VIEWS; ++v) s->change_rank[v * 3 + r] = *k++;
    for (int v = 0; v < VIEWS; ++v) s->change_height[v * 3 + r] = *k++;
    for (int i = 0; i < kVotes; ++i) s->prepared[i] |= *k++ << r;
    for (int i = 0; i < kVotes; ++i) s->committed[i] |= *k++ << r;
  }
}
}
#define SORTED c_code { sort_replicas(&now); }

/* ---- the order of votes in a view (SafetyRules::prepare_is_next, in_order, commit_is_next) */

#ifdef CHECKPOINT_UNDER_BASE
#define INSIDE_VIEW(r, h) (1)
#else
#define INSIDE_VIEW(r, h) ((h) > start[r] || ((h) == start[r] && base[r] == 0))
#endif
#define FOLLOWS_CERTIFIED(r, h) (INSIDE_VIEW(r, h) && (h) == HEIGHT(certified[r]) + 1)
#define NEXT_PREPARE(r, h) \
  (last[r] == 0 -> ((h) == start[r] || FOLLOWS_CERTIFIED(r, h)) \
                : ((h) > HEIGHT(last[r]) && ((h) == HEIGHT(last[r]) + 1 || FOLLOWS_CERTIFIED(r, h))))
#define RIGHT_PARENT(r, d) \
  (((HEIGHT(d) == start[r]) && base[r] != 0) -> (d) == base[r] : \
   (HEIGHT(d) == start[r] -> ((d) >> 1) == parent[r] : \
    ((last[r] != 0 && ((d) >> 1) == last[r]) || \
     (FOLLOWS_CERTIFIED(r, HEIGHT(d)) && ((d) >> 1) == certified[r]))))
#define NEXT_COMMIT(r, h) \
  (done[r] == 0 -> ((h) == start[r] || FOLLOWS_CERTIFIED(r, h)) \
                : ((h) > done[r] && ((h) == done[r] + 1 || FOLLOWS_CERTIFIED(r, h))))

#define LIAR_LEADS(v) ((v) == BYZANTINE_VIEW)
#define PROPOSED(v, d) (LIAR_LEADS(v) || proposed[(v) * 4 + HEIGHT(d)] == 0 || proposed[(v) * 4 + HEIGHT(d)] == (d))

#define PREPARE(r, d) \
  :: d_step { installed[r] && NEXT_PREPARE(r, HEIGHT(d)) && RIGHT_PARENT(r, d) && PROPOSED(view[r], d) && \
              (((d) & 1) == 0 || used[(d) - 1]) -> \
       if :: ((d) & 1) == 0 -> used[d] = 1 :: else fi; \
       if :: !LIAR_LEADS(view[r]) -> proposed[view[r] * 4 + HEIGHT(d)] = d :: else fi; \
       last[r] = d; \
       VOTE(prepared, view[r], d, r); \
       SORTED }

#define COMMIT(r, d) \
  :: d_step { installed[r] && CERTIFICATE(view[r], d) && NEXT_COMMIT(r, HEIGHT(d)) -> \
       done[r] = HEIGHT(d); \
       if :: RANK(view[r], d) > highest[r] -> highest[r] = RANK(view[r], d) :: else fi; \
       VOTE(committed, view[r], d, r); \
       if \
       :: QUORUM(committed[view[r] * DIGESTS + (d)]) -> \
            final[d] = 1; \
            if :: HEIGHT(d) > 1 -> final[(d) >> 1] = 1 :: else fi; \
            if :: HEIGHT(d) > 2 -> final[(d) >> 2] = 1 :: else fi; \
            assert(AGREEMENT) \
       :: else \
       fi; \
       SORTED }

/* ---- certified checkpoints: what is final can be executed and cosigned by everybody at once; whether and when
 * a replica hears of it is open. */

#define CERTIFIED(d) (final[d])

#ifdef HIGHEST_DISCARDED
#define FORGET(r, d) if :: (highest[r] & 3) <= HEIGHT(d) -> highest[r] = 0 :: else fi
#else
#define FORGET(r, d) skip
#endif

/* Whoever hears of a certified checkpoint takes the blocks from the others. */
#define CERTIFY(r, d) \
  :: d_step { CERTIFIED(d) && certified[r] != (d) && UPON(certified[r], d) -> \
       certified[r] = d; \
       FORGET(r, d); \
       SORTED }

/* ---- view changes */

/* ---- canonical states: what can matter no more, because every correct replica has left the view, is forgotten */

#define LEFT(v) (view[0] > (v) && view[1] > (v) && view[2] > (v))
#define FORGET_LONE(v, d) \
  if :: prepared[(v) * DIGESTS + (d)] != 7 -> prepared[(v) * DIGESTS + (d)] = 0 :: else fi; \
  committed[(v) * DIGESTS + (d)] = 0
#define FORGET_2(v) \
  FORGET_LONE(v, 2); FORGET_LONE(v, 3); FORGET_LONE(v, 4); FORGET_LONE(v, 5); FORGET_LONE(v, 6); FORGET_LONE(v, 7)
#if HEIGHTS == 2
#define FORGET_VOTES(v) FORGET_2(v)
#else
#define FORGET_VOTES(v) \
  FORGET_2(v); FORGET_LONE(v, 8); FORGET_LONE(v, 9); FORGET_LONE(v, 10); FORGET_LONE(v, 11); \
  FORGET_LONE(v, 12); FORGET_LONE(v, 13); FORGET_LONE(v, 14); FORGET_LONE(v, 15)
#endif
#define FORGET_VIEW(v) \
  if \
  :: LEFT(v) -> \
       FORGET_VOTES(v); \
       proposed[(v) * 4 + 1] = 0; proposed[(v) * 4 + 2] = 0; proposed[(v) * 4 + 3] = 0; \
       new_view_start[v] = 0; new_view_point[v] = 0; \
       change_rank[(v) * 3] = 0; change_rank[(v) * 3 + 1] = 0; change_rank[(v) * 3 + 2] = 0; \
       change_height[(v) * 3] = 0; change_height[(v) * 3 + 1] = 0; change_height[(v) * 3 + 2] = 0 \
  :: else \
  fi

#define ENTER(r, v) \
  :: d_step { view[r] < (v) -> \
       view[r] = v; \
       installed[r] = 0; start[r] = 0; base[r] = 0; parent[r] = 0; last[r] = 0; done[r] = 0; \
       change_rank[(v) * 3 + (r)] = highest[r] + 1; \
       change_height[(v) * 3 + (r)] = HEIGHT(certified[r]); \
       FORGET_VIEW(0); FORGET_VIEW(1); \
       SORTED }

/* Two correct view changes and the liar's, which shows what it likes: they allow rank m and checkpoint height k
 * to be the greatest ones. (Three correct ones allow nothing more: the liar can show what the third has.) */
#define SHOWS(v, r, m, k) \
  (change_rank[(v) * 3 + (r)] != 0 && change_rank[(v) * 3 + (r)] <= (m) + 1 && change_height[(v) * 3 + (r)] <= (k))
#define ALLOWED(v, m, k) \
  ((SHOWS(v, 0, m, k) && SHOWS(v, 1, m, k)) || (SHOWS(v, 0, m, k) && SHOWS(v, 2, m, k)) || \
   (SHOWS(v, 1, m, k) && SHOWS(v, 2, m, k)))
/* One NewView a view, unless the liar makes them. A start is written as height and digest (of base or parent). */
#define SAME_NEW_VIEW(v, h, d) \
  (LIAR_LEADS(v) || new_view_start[v] == 0 || (new_view_start[v] == (h) && new_view_point[v] == (d)))
#define DECIDE(v, h, d) \
  if :: !LIAR_LEADS(v) -> new_view_start[v] = h; new_view_point[v] = d :: else fi

#define BASE(r, v, cv, d) \
  :: d_step { view[r] == (v) && !installed[r] && CERTIFICATE(cv, d) && \
              ALLOWED(v, RANK(cv, d), HEIGHT(d) - 1) && SAME_NEW_VIEW(v, HEIGHT(d), d) -> \
       DECIDE(v, HEIGHT(d), d); \
       installed[r] = 1; start[r] = HEIGHT(d); base[r] = d; parent[r] = 0; \
       SORTED }

/* The liar may raise the greatest rank by a certificate that is not above the checkpoint: the one of view cv at the
 * checkpoint's height or below. */
#define FRESH(r, v, d, m) \
  :: d_step { view[r] == (v) && !installed[r] && ((d) == 1 || CERTIFIED(d)) && \
              ALLOWED(v, m, HEIGHT(d)) && SAME_NEW_VIEW(v, HEIGHT(d) + 1, d) -> \
       DECIDE(v, HEIGHT(d) + 1, d); \
       installed[r] = 1; start[r] = HEIGHT(d) + 1; base[r] = 0; parent[r] = d; \
       SORTED }
#define FRESH_RAISED(r, v, d, cv, c) \
  :: d_step { view[r] == (v) && !installed[r] && CERTIFIED(d) && CERTIFICATE(cv, c) && \
              ALLOWED(v, RANK(cv, c), HEIGHT(d)) && SAME_NEW_VIEW(v, HEIGHT(d) + 1, d) -> \
       DECIDE(v, HEIGHT(d) + 1, d); \
       installed[r] = 1; start[r] = HEIGHT(d) + 1; base[r] = 0; parent[r] = d; \
       SORTED }

/* ---- restarts: what is not journalled is gone. All that decides about votes is, so a restart changes nothing. */

#ifdef START_NOT_JOURNALLED
#define LOSES(r) installed[r] && view[r] > 0
#define LOSE(r) installed[r] = 0; start[r] = 0; base[r] = 0; parent[r] = 0
#endif
#ifdef PREPARE_NOT_JOURNALLED
#define LOSES(r) last[r] != 0
#define LOSE(r) last[r] = 0
#endif
#ifdef LOSE
bool restarted; /* One restart in a run is enough. */
#define RESTART(r) :: d_step { !restarted && LOSES(r) -> restarted = 1; LOSE(r); SORTED }
#else
#define RESTART(r)
#endif

#define EACH_1(M, r) M(r, 2) M(r, 3)
#define EACH_2(M, r) EACH_1(M, r) M(r, 4) M(r, 5) M(r, 6) M(r, 7)
#if HEIGHTS == 2
#define EACH(M, r) EACH_2(M, r)
#else
#define EACH(M, r) \
  EACH_2(M, r) M(r, 8) M(r, 9) M(r, 10) M(r, 11) M(r, 12) M(r, 13) M(r, 14) M(r, 15)
#endif

#define BASES_2(r, v, cv) \
  BASE(r, v, cv, 2) BASE(r, v, cv, 3) BASE(r, v, cv, 4) BASE(r, v, cv, 5) BASE(r, v, cv, 6) BASE(r, v, cv, 7)
#define FRESH_ON_1(r, v, d) FRESH(r, v, d, 0) FRESH_RAISED(r, v, d, 0, 2) FRESH_RAISED(r, v, d, 0, 3)
#define FRESH_LATER_ON_1(r, v, d) FRESH_ON_1(r, v, d) FRESH_RAISED(r, v, d, 1, 2) FRESH_RAISED(r, v, d, 1, 3)
#if HEIGHTS == 2
#define BASES(r, v, cv) BASES_2(r, v, cv)
#define STARTS_1(r) FRESH(r, 1, 1, 0) FRESH_ON_1(r, 1, 2) FRESH_ON_1(r, 1, 3)
#define STARTS_2(r) FRESH(r, 2, 1, 0) FRESH_LATER_ON_1(r, 2, 2) FRESH_LATER_ON_1(r, 2, 3)
#else
#define BASES(r, v, cv) \
  BASES_2(r, v, cv) BASE(r, v, cv, 8) BASE(r, v, cv, 9) BASE(r, v, cv, 10) BASE(r, v, cv, 11) \
  BASE(r, v, cv, 12) BASE(r, v, cv, 13) BASE(r, v, cv, 14) BASE(r, v, cv, 15)
#define RAISED_2(r, v, d, cv) \
  FRESH_RAISED(r, v, d, cv, 4) FRESH_RAISED(r, v, d, cv, 5) FRESH_RAISED(r, v, d, cv, 6) FRESH_RAISED(r, v, d, cv, 7)
#define FRESH_ON_2(r, v, d) FRESH_ON_1(r, v, d) RAISED_2(r, v, d, 0)
#define FRESH_LATER_ON_2(r, v, d) FRESH_LATER_ON_1(r, v, d) RAISED_2(r, v, d, 0) RAISED_2(r, v, d, 1)
#define STARTS_1(r) \
  FRESH(r, 1, 1, 0) FRESH_ON_1(r, 1, 2) FRESH_ON_1(r, 1, 3) \
  FRESH_ON_2(r, 1, 4) FRESH_ON_2(r, 1, 5) FRESH_ON_2(r, 1, 6) FRESH_ON_2(r, 1, 7)
#define STARTS_2(r) \
  FRESH(r, 2, 1, 0) FRESH_LATER_ON_1(r, 2, 2) FRESH_LATER_ON_1(r, 2, 3) \
  FRESH_LATER_ON_2(r, 2, 4) FRESH_LATER_ON_2(r, 2, 5) FRESH_LATER_ON_2(r, 2, 6) FRESH_LATER_ON_2(r, 2, 7)
#endif

#define REPLICA(r) \
  EACH(PREPARE, r) EACH(COMMIT, r) EACH(CERTIFY, r) \
  ENTER(r, 1) ENTER(r, 2) \
  STARTS_1(r) STARTS_2(r) BASES(r, 1, 0) BASES(r, 2, 0) BASES(r, 2, 1) \
  RESTART(r)

init {
  d_step {
    installed[0] = 1; installed[1] = 1; installed[2] = 1;
    start[0] = 1; start[1] = 1; start[2] = 1;
    parent[0] = 1; parent[1] = 1; parent[2] = 1;
    certified[0] = 1; certified[1] = 1; certified[2] = 1
  }
end:
  do
  REPLICA(0)
  REPLICA(1)
  REPLICA(2)
  od
}
