using Sparse.Cli.Display;
using Sparse.Cli.Indexing;
using Sparse.Formats;
using Sparse.LuceneNet;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.Cli.Tests.Indexing;

internal sealed class IndexingRunTests
{
    [Test]
    public void Documents_that_the_encoder_refuses_are_left_out_and_the_rest_keep_their_order()
    {
        using var corpus = new SmallCorpus();
        (IndexingRun run, List<string> ids) = Run(corpus, document => document % 50 == 7, failFast: false);
        Assert.That(ids, Is.EqualTo(Enumerable.Range(0, 300).Where(i => i % 50 != 7).Select(i => $"d{i}")));
        Assert.That((run.Added, run.Refused.Count), Is.EqualTo((294, 6)));
    }

    [Test]
    public void Fail_fast_stops_at_the_first_and_keeps_the_windows_before_it()
    {
        using var corpus = new SmallCorpus();
        Assert.That(() => Run(corpus, document => document == 250, failFast: true), Throws.TypeOf<InvalidDataException>().With.Message.Contains("d250"));
        using SparseIndex index = SparseIndex.OpenReadOnly(corpus.Index);
        Assert.That(index.Count, Is.EqualTo(32 + 64 + 128));
    }

    [Test]
    public void Encoder_that_refuses_everything_stops_the_run()
    {
        using var corpus = new SmallCorpus();
        Assert.That(() => Run(corpus, _ => true, failFast: false), Throws.TypeOf<WrongInputException>().With.Message.Contains("none of the first 32 documents"));
    }

    private static (IndexingRun Run, List<string> Ids) Run(SmallCorpus corpus, Func<int, bool> isRefused, bool failFast)
    {
        string file = corpus.Write("many.jsonl", string.Concat(Enumerable.Range(0, 300).Select(i => $"{{\"_id\":\"d{i}\",\"text\":\"{(isRefused(i) ? "poison" : "fine")} d{i}\"}}\n")));
        using var encoder = new RefusingEncoder();
        using SparseIndex index = SparseIndex.Create(corpus.Index, encoder);
        var run = new IndexingRun(index, null, skipUnchanged: false, failFast);
        var input = new CorpusInput([file], CorpusFormat.Jsonl, skipsBad: false, new CorpusOptions());
        try
        {
            DocumentProgress.Run("Indexing", "documents", progress =>
            {
                run.Run(input, progress, default);
                return 0;
            });
        }
        finally
        {
            run.Commit();
        }

        return (run, [.. index.Search("fine", 1000).Hits.Select(hit => hit.Id)]);
    }

    /// <summary>A fault injected: it encodes texts together, and none of them when one is poison.</summary>
    private sealed class RefusingEncoder : ITermEncoder
    {
        public EncoderIdentity Identity { get; } = new("refusing", "0123456789abcdef", "v", IsQueryOnly: false);

        public Vocabulary Vocabulary { get; } = new(["fine"]);

        public float MaxWeight => 1;

        public IReadOnlyList<TermVector> Encode(IReadOnlyList<string> texts, CancellationToken cancellationToken = default) =>
            [.. texts.Select(text => text.StartsWith("poison", StringComparison.Ordinal) ? throw new InvalidDataException($"No vector for '{text}'.") : new TermVector([0], [1]))];

        public void Dispose()
        {
        }
    }
}
