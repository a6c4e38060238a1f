using System.Globalization;
using Sparse.Evaluation;

namespace Sparse.Tests.Evaluation;

public sealed class MeasureTests
{
    private static readonly string[] Names =
    [
        "nDCG@10", "nDCG", "nDCG@3", "nDCG(dcg='exp-log2')@10", "nDCG(dcg='log2')@5", "RR@10", "RR", "RR(rel=2)@5", "AP@100", "AP",
        "AP(rel=2)@3", "R@100", "R@5", "R(rel=3)@10", "P@1", "P@10", "P(rel=2)@10", "Success@1", "Success@5", "Success(rel=2)@10",
        "Judged@1", "Judged@10",
    ];

    [Test]
    public void Every_measure_equals_the_python_reference_on_500_random_pairs_of_run_and_qrels()
    {
        const int Pairs = 500;
        string folder = Directory.CreateTempSubdirectory("sparse-measures").FullName;
        try
        {
            for (int pair = 0; pair < Pairs; pair++)
            {
                WriteRandom(new Random(pair), Path.Combine(folder, $"qrels-{pair}"), Path.Combine(folder, $"run-{pair}"));
            }

            string[] lines = Python.Run("measures.py", [folder, $"{Pairs}", .. Names]);
            IReadOnlyList<Measure> measures = Measure.ParseList(string.Join(',', Names));
            int line = 0;
            for (int pair = 0; pair < Pairs; pair++)
            {
                Qrels qrels = Qrels.Read(Path.Combine(folder, $"qrels-{pair}"));
                TrecRun run = TrecRun.Read(Path.Combine(folder, $"run-{pair}"));
                foreach (MeasureResult result in measures.Select(measure => measure.Evaluate(qrels, run)))
                {
                    foreach ((string queryId, double value) in result.PerQuery.Append(new("all", result.Mean)))
                    {
                        int blank = lines[line].LastIndexOf(' ');
                        string place = $"{pair} {result.Measure.Name} {queryId}";
                        double expected = double.Parse(lines[line][(blank + 1)..], CultureInfo.InvariantCulture);
                        if (lines[line++][..blank] != place || !(Math.Abs(value - expected) <= 1e-12))
                        {
                            Assert.Fail($"{place} is {value:R}; the reference says {lines[line - 1]}");
                        }
                    }
                }
            }

            Assert.That(line, Is.EqualTo(lines.Length));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void A_small_ranking_gives_the_values_worked_out_by_hand()
    {
        var qrels = new Qrels();
        qrels.Add("q", "a", 3);
        qrels.Add("q", "b", 1);
        qrels.Add("q", "n", 0);
        var run = new TrecRun();
        run.Add("q", [new("x", 4), new("a", 3), new("n", 2), new("b", 1)]);

        double ideal = 3 + (1 / Math.Log2(3));
        Assert.Multiple(() =>
        {
            Assert.That(Mean("nDCG@10"), Is.EqualTo(((3 / Math.Log2(3)) + (1 / Math.Log2(5))) / ideal).Within(1e-15));
            Assert.That(Mean("nDCG@3"), Is.EqualTo(3 / Math.Log2(3) / ideal).Within(1e-15));
            Assert.That(Mean("nDCG(dcg='exp-log2')@3"), Is.EqualTo(7 / Math.Log2(3) / (7 + (1 / Math.Log2(3)))).Within(1e-15));
            Assert.That(Mean("RR@10"), Is.EqualTo(0.5));
            Assert.That(Mean("RR@1"), Is.Zero);
            Assert.That(Mean("AP@10"), Is.EqualTo((0.5 + 0.5) / 2));
            Assert.That(Mean("R@2"), Is.EqualTo(0.5));
            Assert.That(Mean("P@10"), Is.EqualTo(0.2));
            Assert.That(Mean("Success@1"), Is.Zero);
            Assert.That(Mean("Success@2"), Is.EqualTo(1));
            Assert.That(Mean("Judged@2"), Is.EqualTo(0.5));
            Assert.That(Mean("Judged@10"), Is.EqualTo(0.75), "three of the four that were retrieved");
        });

        double Mean(string name) => Measure.Parse(name).Evaluate(qrels, run).Mean;
    }

    [Test]
    public void A_judged_query_without_result_counts_as_zero_and_an_unjudged_one_not_at_all()
    {
        var qrels = new Qrels();
        qrels.Add("found", "a", 1);
        qrels.Add("empty", "a", 1);
        qrels.Add("nothing relevant", "a", 0);
        qrels.Add("absent", "a", 1);
        var run = new TrecRun();
        run.Add("found", [new("a", 1)]);
        run.Add("empty", []);
        run.Add("nothing relevant", [new("a", 1)]);
        run.Add("unjudged", [new("a", 1)]);

        MeasureResult result = Measure.Parse("nDCG@10").Evaluate(qrels, run);

        Assert.That(result.Mean, Is.EqualTo(0.25));
        Assert.That(result.PerQuery, Has.Count.EqualTo(4));
    }

    [Test]
    public void A_list_keeps_names_as_written_and_does_not_split_inside_brackets()
    {
        IReadOnlyList<Measure> measures = Measure.ParseList(" nDCG(dcg='exp-log2')@10 ,mrr@10,Recall@100");
        Assert.That(measures.Select(measure => measure.Name), Is.EqualTo(["nDCG(dcg='exp-log2')@10", "mrr@10", "Recall@100"]));
    }

    [TestCase("nDGC@10", "not a measure")]
    [TestCase("", "not a measure")]
    [TestCase("nDCG@0", "cut-off")]
    [TestCase("nDCG@", "cut-off")]
    [TestCase("nDCG@-3", "cut-off")]
    [TestCase("R", "needs a cut-off")]
    [TestCase("Judged", "needs a cut-off")]
    [TestCase("Judged(rel=2)@10", "it takes none")]
    [TestCase("P(rel=0)@5", "rel=N")]
    [TestCase("nDCG(rel=2)@5", "dcg=")]
    [TestCase("nDCG(dcg='ln')@5", "dcg=")]
    [TestCase("RR@10,RR@10", "twice")]
    [TestCase("RR@10,,R@5", "not a measure")]
    [TestCase("RR@10,", "not a measure")]
    public void A_name_that_is_no_measure_is_refused_with_what_was_expected(string names, string expected) =>
        Assert.That(() => Measure.ParseList(names), Throws.ArgumentException.With.Message.Contains(expected));

    /// <summary>Few distinct scores (ties), ids that collide in prefixes, unjudged documents, queries missing on either side.</summary>
    private static void WriteRandom(Random random, string qrelsPath, string runPath)
    {
        using var qrels = new StreamWriter(qrelsPath);
        using var run = new StreamWriter(runPath);
        string[] odd = ["é", "z", "Z", "_", "10", "1", "\uFF61", "\U0001F600"];
        for (int query = random.Next(5); query < 10; query++)
        {
            string[] documents = [.. Enumerable.Range(0, 24).Select(d => $"d{d}{odd[d % odd.Length]}")];
            if (query % 7 != 3)
            {
                foreach (string document in documents.Where(_ => random.Next(3) == 0).Append("never-retrieved"))
                {
                    qrels.Write($"q{query} 0 {document} {random.Next(-1, query % 5 == 0 ? 1 : 4)}\n");
                }
            }

            if (query % 6 != 2)
            {
                random.Shuffle(documents);
                int rank = 0;
                foreach (string document in documents.Take(random.Next(1, 24)))
                {
                    double score = query % 2 == 0 ? random.Next(4) : 0.1 + (random.Next(5) * 1e-9);
                    run.Write(string.Create(CultureInfo.InvariantCulture, $"q{query} Q0 {document} {++rank} {score:R} tag\n"));
                }
            }
        }
    }
}
