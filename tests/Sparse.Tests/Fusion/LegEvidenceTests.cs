using Sparse.Fusion;

namespace Sparse.Tests.Fusion;

internal sealed class LegEvidenceTests
{
    [Test]
    public void Unknown_terms_count_in_the_bound_and_reach_nothing()
    {
        LegEvidence evidence = LegEvidence.Of([new(3, 50), new(1, 0), new(2, 20)], documents: 100);
        Assert.That(evidence.Bound, Is.EqualTo(6));
        Assert.That(evidence.Known, Is.EqualTo(5 / 6.0));
        Assert.That(evidence.Reach, Is.EqualTo(1 - (.5 * .8)).Within(1e-12));
    }

    [Test]
    public void Trust_falls_with_reach_and_with_what_is_known()
    {
        double whole = new LegEvidence(1, .5, 1).Trust;
        Assert.That(new LegEvidence(1, .05, 1).Trust, Is.LessThan(.6 * whole).And.GreaterThan(0));
        Assert.That(new LegEvidence(1, .5, .5).Trust, Is.LessThan(.7 * whole).And.GreaterThan(0));
    }

    [Test]
    public void A_leg_without_terms_has_no_bound() => Assert.That(LegEvidence.Of([], 10), Is.EqualTo(new LegEvidence(0, 0, 0)));

    [Test]
    public void A_term_in_every_document_reaches_all() => Assert.That(LegEvidence.Of([new(1, 10), new(1, 1)], 10).Reach, Is.EqualTo(1));

    [Test]
    public void Feedback_takes_telling_words_of_good_documents_first()
    {
        var good = new Dictionary<string, int> { ["flutter"] = 2, ["the"] = 4, ["wing"] = 2 };
        var fair = new Dictionary<string, int> { ["wing"] = 1, ["the"] = 1 };
        IReadOnlyList<(string Word, double Weight)> words = FeedbackTerms.Choose([(good, .6), (fair, .2)], word => word == "the" ? .01 : 3);
        Assert.That(words.Select(word => word.Word), Is.EqualTo(new[] { "wing", "flutter", "the" }));
        Assert.That(words.Sum(word => word.Weight), Is.EqualTo(1).Within(1e-12));
        Assert.That(words[0].Weight, Is.EqualTo((.75 * .25) + (.25 * .5)).Within(1e-12));
    }

    [Test]
    public void Feedback_takes_thirty_words_at_most() => Assert.That(
        FeedbackTerms.Choose([(Enumerable.Range(0, 99).ToDictionary(i => $"w{i:00}", _ => 1), 1)], _ => 1).Select(word => word.Word),
        Is.EqualTo(Enumerable.Range(0, 30).Select(i => $"w{i:00}")));

    [Test]
    public void A_calibration_is_read_back_as_it_was_written()
    {
        var fitted = FusionCalibration.Fit([.1, .2], [.7, .8]);
        Assert.That(fitted.Queries, Is.EqualTo(2));
        Assert.That(fitted.Score(fitted.Background), Is.Zero);
        Assert.That(fitted.Score(fitted.Best), Is.EqualTo(1));
        Assert.That(FusionCalibration.TryParse(fitted.ToString()), Is.EqualTo(fitted));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("2 0.1")]
    [TestCase("2 0.7 0.1")]
    [TestCase("-1 0.1 0.7")]
    [TestCase("2 0.1 NaN")]
    public void What_is_no_calibration_is_none(string? text) => Assert.That(FusionCalibration.TryParse(text), Is.Null);

    [Test]
    public void Samples_that_tell_nothing_leave_scores_as_they_are()
    {
        Assert.That(FusionCalibration.Fit([], []), Is.EqualTo(FusionCalibration.None));
        Assert.That(FusionCalibration.Fit([.5], [.4]), Is.EqualTo(FusionCalibration.None));
        Assert.That(FusionCalibration.None.Score(.25), Is.EqualTo(.25));
    }
}
