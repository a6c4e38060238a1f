using System.Globalization;
using System.Text;
using Sparse.Chunks;
using Sparse.Encoders.Splade;
using Sparse.Evaluation;
using Sparse.Formats;
using Sparse.Lab.Collections;
using Sparse.LuceneNet;
using Sparse.Tokens;
using Sparse.Vectors;

namespace Sparse.Quality;

/// <summary>Long documents: what is lost by reading their beginning alone, and what passages bring, merged or kept.</summary>
/// <remarks>
/// Pages are made of collections whose documents are sections of pages (id PAGE#N, as vespa-docs-qa has them): the sections of a page
/// after each other, each under its title as a Markdown heading. A page is relevant when one of its sections is.
/// </remarks>
internal sealed class LongDocumentsRun(Collection collection, string indexFolder)
{
    private const int Depth = 100;
    private static readonly Measure Ndcg = Measure.Parse("nDCG@10");
    private static readonly Measure Recall = Measure.Parse("R@100");

    private readonly List<(string Id, string Text, List<(string Id, Passage Span)> Sections)> _pages = Pages(collection);

    /// <summary>Measures every way, for pages and for their sections, and returns a report.</summary>
    internal string Run()
    {
        var report = new StringBuilder();
        int tokens = _pages.Sum(page => page.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length);
        report.Append(CultureInfo.InvariantCulture, $"{collection.Name} as {_pages.Count} pages of {tokens / _pages.Count} words in the mean; {collection.Queries.Length} queries.\n\n");
        report.Append("| what the encoder gets | use | vectors | postings | nDCG@10 | R@100 | first passage right |\n|---|---|---|---|---|---|---|\n");
        AddWords(report);
        Add(report, "beginning, 256 tokens", 256, null, PassageUse.Keep);
        Add(report, "beginning, 512 tokens", 512, null, PassageUse.Keep);
        foreach ((ChunkBy by, int size, int overlap) in new[]
        {
            (ChunkBy.Tokens, 256, 0), (ChunkBy.Tokens, 256, 32), (ChunkBy.Sentences, 256, 0), (ChunkBy.Sentences, 256, 32), (ChunkBy.Headings, 256, 0), (ChunkBy.Sentences, 128, 0),
        })
        {
            var options = new ChunkOptions { By = by, MaxTokens = size, OverlapTokens = overlap };
            Add(report, $"{by.ToString().ToLowerInvariant()}, {size} tokens, overlap {overlap}", size, options, PassageUse.Merge);
            Add(report, $"{by.ToString().ToLowerInvariant()}, {size} tokens, overlap {overlap}", size, options, PassageUse.Keep);
        }

        return report.ToString();
    }

    private static List<(string Id, string Text, List<(string Id, Passage Span)> Sections)> Pages(Collection collection)
    {
        var pages = new List<(string, string, List<(string, Passage)>)>();
        foreach (IGrouping<string, CorpusDocument> page in collection.Documents.GroupBy(section => PageOf(section.Id)))
        {
            var text = new StringBuilder();
            List<(string, Passage)> sections = [];
            foreach (CorpusDocument section in page)
            {
                int start = text.Length;
                text.Append("# ").Append(section.Title).Append("\n\n").Append(section.Text).Append("\n\n");
                sections.Add((section.Id, new Passage(start, text.Length)));
            }

            pages.Add((page.Key, text.ToString(), sections));
        }

        return pages;
    }

    private static string PageOf(string id) => id.Split('#')[0];

    private Qrels PageQrels()
    {
        var pages = new Qrels();
        foreach (string query in collection.Qrels.QueryIds)
        {
            foreach (IGrouping<string, KeyValuePair<string, int>> page in collection.Qrels.Judgements(query).GroupBy(judgement => PageOf(judgement.Key)))
            {
                pages.Add(query, page.Key, page.Max(judgement => judgement.Value));
            }
        }

        return pages;
    }

    private void AddWords(StringBuilder report)
    {
        using SparseIndex index = Index(null, new SparseIndexOptions());
        var options = new SearchOptions { Mode = SearchMode.Bm25, WithStoredFields = false };
        Add(report, "words (BM25), all of the page", "–", index, [.. collection.Queries.Select(query => index.Search(query.Text, Depth, options))]);
    }

    private void Add(StringBuilder report, string input, int maxTokens, ChunkOptions? options, PassageUse use)
    {
        using SpladeEncoder encoder = SpladeEncoder.BuiltIn(new SpladeEncoderOptions { MaxTokens = maxTokens });
        var remembering = new RememberingEncoder(encoder, maxTokens);
        using SparseIndex index = Index(remembering, new SparseIndexOptions
        {
            Chunker = options is null ? null : new Chunker(encoder.Tokenizer, options),
            Passages = use,
        });
        IReadOnlyList<TermVector> queries = remembering.Encode([.. collection.Queries.Select(query => query.Text)]);
        SearchResult[] results = [.. queries.Select(query => index.SearchVector(query, Depth, new SearchOptions { WithStoredFields = false }))];
        Add(report, input, options is null ? "–" : use == PassageUse.Keep ? "kept (MaxP)" : "merged", index, results);
    }

    private SparseIndex Index(ITermEncoder? encoder, SparseIndexOptions options)
    {
        string folder = Path.Combine(indexFolder, "long");
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        SparseIndex index = SparseIndex.Create(folder, encoder, options);
        foreach ((string Id, string Text, List<(string Id, Passage Span)> Sections)[] some in _pages.Chunk(64))
        {
            index.Add([.. some.Select(page => new SparseDocument(page.Id, page.Text))]);
        }

        index.Commit();
        return index;
    }

    private void Add(StringBuilder report, string input, string use, SparseIndex index, SearchResult[] results)
    {
        var run = new TrecRun();
        int right = 0, judged = 0;
        for (int i = 0; i < results.Length; i++)
        {
            string query = collection.Queries[i].Id;
            run.Add(query, Rankings.Of(results[i]));
            if (results[i].Hits is [{ Passage: { } passage } first, ..])
            {
                // Of the queries whose first page is the right one: does the passage lie in a relevant section for the most part?
                var sections = _pages.Find(page => page.Id == first.Id).Sections.Where(section => collection.Qrels.Judgements(query).ContainsKey(section.Id)).ToList();
                judged += sections.Count > 0 ? 1 : 0;
                right += sections.Any(section => 2 * (Math.Min(passage.End, section.Span.End) - Math.Max(passage.Start, section.Span.Start)) > Math.Min(passage.Length, section.Span.Length)) ? 1 : 0;
            }
        }

        Qrels qrels = PageQrels();
        IndexStatistics statistics = index.Statistics();
        string found = judged == 0 ? "–" : string.Create(CultureInfo.InvariantCulture, $"{(double)right / judged:F3} of {judged}");
        string line = string.Create(CultureInfo.InvariantCulture,
            $"| {input} | {use} | {statistics.Passages} | {statistics.Postings} | {Ndcg.Evaluate(qrels, run).Mean:F4} | {Recall.Evaluate(qrels, run).Mean:F4} | {found} |");
        Console.Error.WriteLine(line);
        report.Append(line).Append('\n');
    }

    /// <summary>Encodes no text twice: passages are the same whether they are merged or kept.</summary>
    private sealed class RememberingEncoder(SpladeEncoder encoder, int tokens) : ITermEncoder
    {
        private static readonly Dictionary<(int Tokens, string Text), TermVector> Known = [];

        public EncoderIdentity Identity => encoder.Identity;

        public Vocabulary Vocabulary => encoder.Vocabulary;

        public float MaxWeight => encoder.MaxWeight;

        public IReadOnlyList<TermVector> Encode(IReadOnlyList<string> texts, CancellationToken cancellationToken = default)
        {
            string[] unknown = [.. texts.Where(text => !Known.ContainsKey((tokens, text))).Distinct()];
            IReadOnlyList<TermVector> vectors = encoder.Encode(unknown, cancellationToken);
            for (int i = 0; i < unknown.Length; i++)
            {
                Known[(tokens, unknown[i])] = vectors[i];
            }

            return [.. texts.Select(text => Known[(tokens, text)])];
        }

        public void Dispose()
        {
        }
    }
}
