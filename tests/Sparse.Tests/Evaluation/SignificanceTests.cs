using System.Globalization;
using Sparse.Evaluation;

namespace Sparse.Tests.Evaluation;

public sealed class SignificanceTests
{
    private readonly List<string> _questions = [];
    private readonly List<double[]> _answers = [];

    [Test]
    public void Tests_intervals_correction_and_overlap_equal_the_python_reference()
    {
        var random = new Random(7);
        foreach (int count in Enumerable.Range(2, 40).Concat([100, 323, 1774]))
        {
            double[] differences = Differences(random, count);
            MeanInterval interval = PairedTTest.Interval(differences);
            Ask("ttest", differences, PairedTTest.PValue(differences), interval.Low, interval.High);
        }

        foreach (int count in Enumerable.Range(1, 12))
        {
            double[] differences = Differences(random, count);
            Ask("random", differences, RandomizationTest.PValue(differences));
        }

        for (int i = 0; i < 20; i++)
        {
            double[] values = [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => Math.Pow(random.NextDouble(), 4)).Append(0.01).Append(0.01)];
            Ask("holm", values, HolmCorrection.Adjust(values));
        }

        for (int i = 0; i < 60; i++)
        {
            RunEntry[] left = Ranking(random), right = Ranking(random);
            double persistence = i % 2 == 0 ? 0.9 : (random.NextDouble() * 0.98) + 0.01;
            _questions.Add(string.Create(CultureInfo.InvariantCulture, $"rbo {persistence:R} {Listed(left)} {Listed(right)}"));
            _answers.Add([RankBiasedOverlap.Between(left, right, persistence)]);
        }

        string[] lines = Python.Run("significance.py", [], string.Join('\n', _questions) + "\n");
        Assert.That(lines, Has.Length.EqualTo(_questions.Count));
        for (int i = 0; i < lines.Length; i++)
        {
            double[] expected = [.. lines[i].Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture))];
            Assert.That(_answers[i], Is.EqualTo(expected).Within(1e-9), _questions[i]);
        }
    }

    [Test]
    public void Drawn_signs_come_close_to_all_signs_and_are_the_same_for_the_same_seed()
    {
        var random = new Random(3);
        double[] differences = [.. Enumerable.Range(0, 16).Select(_ => random.NextDouble() - 0.35)];
        double all = RandomizationTest.Exhaustive(differences);
        double drawn = RandomizationTest.Sampled(differences, seed: 1, samples: 100_000);
        Assert.Multiple(() =>
        {
            Assert.That(all, Is.InRange(0.01, 0.9), "a case worth testing");
            Assert.That(drawn, Is.EqualTo(all).Within(5 * Math.Sqrt(all * (1 - all) / 100_000)));
            Assert.That(RandomizationTest.Sampled(differences, seed: 1, samples: 100_000), Is.EqualTo(drawn));
            Assert.That(RandomizationTest.Sampled(differences, seed: 2, samples: 100_000), Is.Not.EqualTo(drawn));
        });
    }

    [Test]
    public void Equal_runs_differ_in_nothing()
    {
        var qrels = new Qrels();
        qrels.Add("q1", "a", 1);
        qrels.Add("q2", "b", 1);
        var run = new TrecRun();
        run.Add("q1", [new("a", 2), new("b", 1)]);
        RunComparison comparison = RunComparison.Of(Measure.Parse("AP"), qrels, run, run);
        Assert.Multiple(() =>
        {
            Assert.That((comparison.TTest, comparison.Randomization), Is.EqualTo((1.0, 1.0)));
            Assert.That(comparison.Difference, Is.EqualTo(new MeanInterval(0, 0, 0)));
            Assert.That((comparison.Wins, comparison.Losses), Is.EqualTo((0, 0)));
            Assert.That(comparison.Queries, Is.EqualTo([new QueryDifference("q1", 1, 1), new QueryDifference("q2", 0, 0)]));
            Assert.That(RankBiasedOverlap.MeanBetween(run, run), Is.EqualTo(1).Within(1e-15));
        });
    }

    [Test]
    public void A_single_query_proves_nothing() => Assert.Multiple(() =>
    {
        Assert.That(PairedTTest.PValue([0.5]), Is.EqualTo(1));
        Assert.That(PairedTTest.Interval([0.5]), Is.EqualTo(new MeanInterval(0.5, double.NegativeInfinity, double.PositiveInfinity)));
        Assert.That(RandomizationTest.PValue([0.5]), Is.EqualTo(1));
    });

    [Test]
    public void What_is_no_number_or_no_probability_is_refused() => Assert.Multiple(() =>
    {
        Assert.That(() => PairedTTest.PValue([]), Throws.ArgumentException);
        Assert.That(() => PairedTTest.PValue([1, double.NaN]), Throws.ArgumentException.With.Message.Contains("NaN"));
        Assert.That(() => RandomizationTest.PValue([1, double.NaN]), Throws.ArgumentException.With.Message.Contains("NaN"));
        Assert.That(() => HolmCorrection.Adjust([0.5, 1.5]), Throws.ArgumentException.With.Message.Contains("1.5"));
        Assert.That(() => RankBiasedOverlap.Between([], [], 1), Throws.InstanceOf<ArgumentOutOfRangeException>());
    });

    private static double[] Differences(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(4) == 0 ? 0 : Math.Round(random.NextDouble() - 0.45, 2))];

    private static RunEntry[] Ranking(Random random)
    {
        string[] documents = [.. Enumerable.Range(0, 20).Select(document => $"d{document}")];
        random.Shuffle(documents);
        return [.. documents.Take(random.Next(0, 20)).Select((document, rank) => new RunEntry(document, -rank))];
    }

    private static string Listed(RunEntry[] ranking) => ranking.Length == 0 ? "-" : string.Join(',', ranking.Select(entry => entry.DocumentId));

    private void Ask(string kind, double[] values, params double[] answers)
    {
        _questions.Add($"{kind} {string.Join(' ', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)))}");
        _answers.Add(answers);
    }
}
