using Sparse.Fusion;

namespace Sparse.Tests.Fusion;

internal sealed class HitFusionTests
{
    private static readonly LegHit[] Words = [new(3, 8), new(1, 6), new(7, 2)];
    private static readonly LegHit[] Terms = [new(7, 30), new(3, 20), new(9, 10)];

    [Test]
    public void Candidates_are_all_hits_once_ascending() => Assert.That(HitFusion.Candidates(Words, Terms, []), Is.EqualTo(new[] { 1, 3, 7, 9 }));

    [Test]
    public void Reciprocal_rank_adds_weight_over_constant_plus_rank()
    {
        FusedHit[] fused = Fuse(new() { Method = FusionMethod.ReciprocalRank, Weights = new Dictionary<string, double> { ["terms"] = .5 } });

        // 3: 1/61 + .5/62; 7: 1/63 + .5/61; 1: 1/62; 9: .5/63.
        Assert.That(fused.Select(hit => hit.Doc), Is.EqualTo(new[] { 3, 7, 1, 9 }));
        Assert.That(fused[0].Score, Is.EqualTo((1 / 61.0) + (.5 / 62)));
        Assert.That(fused[2].Legs[1], Is.EqualTo(new LegScore("terms", null, 0, .5, null)));
    }

    [Test]
    public void Min_max_gives_the_best_1_and_the_last_the_floor()
    {
        FusedHit[] fused = Fuse(new() { Method = FusionMethod.MinMax, MinMaxFloor = .1, Missing = MissingScore.Zero });

        Assert.That(fused.Single(hit => hit.Doc == 3).Score, Is.EqualTo(1 + .5));
        Assert.That(fused.Single(hit => hit.Doc == 7).Score, Is.EqualTo(.1 + 1));
        Assert.That(fused.Single(hit => hit.Doc == 9).Score, Is.EqualTo(.1));
    }

    [Test]
    public void A_leg_whose_hits_are_all_alike_counts_1_by_min_max()
    {
        int[] candidates = [4, 5];
        FusedHit[] fused = HitFusion.Fuse(candidates, [new FusionLeg("words", [new(4, 2), new(5, 2)], candidates)], new() { Method = FusionMethod.MinMax });
        Assert.That(fused.Select(hit => (hit.Doc, hit.Score)), Is.EqualTo(new[] { (4, 1.0), (5, 1.0) }), "and ties keep the lower document first");
    }

    [Test]
    public void Z_scores_of_a_leg_have_mean_0_and_deviation_1()
    {
        double[] z = [.. Fuse(new() { Method = FusionMethod.ZScore }).SelectMany(hit => hit.Legs).Where(leg => leg.Leg == "words" && leg.Rank is not null).Select(leg => leg.Normalized)];
        Assert.That(z.Average(), Is.Zero.Within(1e-12));
        Assert.That(z.Average(value => value * value), Is.EqualTo(1).Within(1e-12));
    }

    [Test]
    public void L2_scores_of_a_leg_have_length_1() => Assert.That(
        Fuse(new() { Method = FusionMethod.L2 }).SelectMany(hit => hit.Legs).Where(leg => leg.Leg == "terms" && leg.Rank is not null).Sum(leg => leg.Normalized * leg.Normalized),
        Is.EqualTo(1).Within(1e-12));

    [TestCase(MissingScore.Exact, 1.5)]
    [TestCase(MissingScore.Floor, 2)]
    [TestCase(MissingScore.Zero, 0)]
    public void A_missing_document_counts_what_the_policy_says(MissingScore missing, double expected)
    {
        int[] candidates = HitFusion.Candidates(Words, Terms);
        FusionLeg[] legs = [new("words", Words, candidates, [6, 8, 2, 1.5]), new("terms", Terms, candidates)];
        FusedHit hit = HitFusion.Fuse(candidates, legs, new() { Method = FusionMethod.Raw, Missing = missing }).Single(fused => fused.Doc == 9);
        Assert.That(hit.Legs[0].Normalized, Is.EqualTo(expected));
        Assert.That(hit.Legs[0].Rank, Is.Null);
        Assert.That(hit.Score, Is.EqualTo(expected + 10));
    }

    [Test]
    public void A_run_from_outside_has_no_exact_score_and_takes_its_floor() => Assert.That(
        Fuse(new() { Method = FusionMethod.Raw }).Single(hit => hit.Doc == 9).Legs[0], Is.EqualTo(new LegScore("words", null, 2, 1, null)));

    [Test]
    public void Calibrated_scores_are_shares_of_the_bound_and_weights_sum_to_1()
    {
        int[] candidates = HitFusion.Candidates(Words, Terms);
        FusionLeg[] legs =
        [
            new("words", Words, candidates, [6, 8, 2, 0], new LegEvidence(10, .5, 1)),
            new("terms", Terms, candidates, [0, 20, 30, 10], new LegEvidence(40, .5, 1)),
        ];
        FusedHit[] fused = HitFusion.Fuse(candidates, legs, new());
        Assert.That(fused.Select(hit => hit.Doc), Is.EqualTo(new[] { 3, 7, 1, 9 }));
        Assert.That(fused[0].Score, Is.EqualTo((.5 * .8) + (.5 * .5)).Within(1e-12));
        Assert.That(fused, Has.All.Matches<FusedHit>(hit => Math.Abs(hit.Legs.Sum(leg => leg.Weight) - 1) < 1e-12));
        Assert.That(fused, Has.All.Matches<FusedHit>(hit => hit.Score == hit.Legs.Sum(leg => leg.Weight * leg.Normalized)));
    }

    [TestCase(FusionMethod.Calibrated, .75, .25)]
    [TestCase(FusionMethod.Raw, 1.5, .5)]
    public void A_leg_takes_its_claim_of_the_others_weight(FusionMethod method, double words, double terms)
    {
        int[] candidates = HitFusion.Candidates(Words, Terms);
        LegEvidence evidence = new(10, .5, 1);
        FusionLeg leg = new("words", Words, candidates, [6, 8, 2, 0], evidence) { Claim = .5 }, other = new("terms", Terms, candidates, [0, 20, 30, 10], evidence);
        Assert.That(HitFusion.Fuse(candidates, [leg, other], new() { Method = method })[0].Legs.Select(score => score.Weight), Is.EqualTo(new[] { words, terms }).Within(1e-12));
        var mute = new FusionOptions { Method = method, Weights = new Dictionary<string, double> { ["words"] = 0 } };
        Assert.That(HitFusion.Fuse(candidates, [leg, other], mute)[0].Legs.Select(score => score.Weight), Is.EqualTo(new[] { 0d, 1 }), "one that the caller muted claims nothing");
    }

    [TestCase(FusionMethod.Raw, 25)]
    [TestCase(FusionMethod.MinMax, .75)]
    [TestCase(FusionMethod.ReciprocalRank, 1 / 62.0)]
    public void A_document_that_a_leg_can_not_know_counts_its_assumed_score_and_shows_none(FusionMethod method, double expected)
    {
        int[] candidates = HitFusion.Candidates(Words, Terms);
        FusionLeg[] legs = [new("words", Words, candidates), new("terms", Terms, candidates, [0, 20, 30, 10], null, [25, double.NaN, double.NaN, double.NaN])];
        FusedHit[] fused = HitFusion.Fuse(candidates, legs, new() { Method = method });
        Assert.That(fused.Single(hit => hit.Doc == 1).Legs[1], Is.EqualTo(new LegScore("terms", null, expected, 1, null)));
        Assert.That(fused.Single(hit => hit.Doc == 3).Legs[1].Score, Is.EqualTo(20));
        Assert.That(() => new FusionLeg("terms", Terms, candidates, default, null, [1]), Throws.ArgumentException.With.Message.Contains("1 assumed scores for 4"));
    }

    [Test]
    public void A_calibrated_score_does_not_depend_on_what_else_was_found()
    {
        LegEvidence evidence = new(10, .5, 1);
        int[] few = [3], many = [1, 3, 7];
        double alone = HitFusion.Fuse(few, [new("words", Words[..1], few, [8], evidence)], new())[0].Score;
        double beside = HitFusion.Fuse(many, [new("words", Words, many, [6, 8, 2], evidence)], new())[0].Score;
        Assert.That(beside, Is.EqualTo(alone));
    }

    [Test]
    public void Feedback_adds_its_share_and_shows_itself()
    {
        FusedHit[] hits = [new(3, .8, []), new(1, .79, [])];
        FusedHit[] fused = HitFusion.AddFeedback(hits, [1, 6], best: 4, weight: .2);
        Assert.That(fused.Select(hit => (hit.Doc, hit.Score)), Is.EqualTo(new[] { (1, .79 + .2), (3, .8 + (.2 * .25)) }));
        Assert.That(fused[1].Legs[^1], Is.EqualTo(new LegScore("feedback", 1, .25, .2, null)));
    }

    [Test]
    public void Wrong_options_are_refused()
    {
        Assert.That(() => Fuse(new() { RankConstant = 0 }), Throws.ArgumentException.With.Message.Contains("must be finite and above 0, not 0"));
        Assert.That(() => Fuse(new() { Weights = new Dictionary<string, double> { ["words"] = double.NaN } }), Throws.ArgumentException.With.Message.Contains("NaN of leg 'words'"));
        Assert.That(() => Fuse(new() { Depth = 0 }), Throws.ArgumentException.With.Message.Contains("depth"));
        int[] candidates = [1];
        FusionLeg leg = new("words", [new(1, 1)], candidates);
        Assert.That(() => HitFusion.Fuse(candidates, [leg, leg], new()), Throws.ArgumentException.With.Message.Contains("Two legs have one name"));
        Assert.That(() => HitFusion.Fuse(candidates, [], new()), Throws.ArgumentException);
    }

    private static FusedHit[] Fuse(FusionOptions options)
    {
        int[] candidates = HitFusion.Candidates(Words, Terms);
        return HitFusion.Fuse(candidates, [new FusionLeg("words", Words, candidates), new FusionLeg("terms", Terms, candidates)], options);
    }
}
