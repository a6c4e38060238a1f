using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.Fusion;
using Sparse.LuceneNet.Hybrid;
using Sparse.LuceneNet.Lexical;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Storage;
using Sparse.Vectors;

namespace Sparse.LuceneNet;

/// <content>Hybrid search.</content>
public sealed partial class SparseIndex
{
    /// <summary>The scale of calibrated scores that the last commit holds; <see cref="FusionCalibration.None"/> where there is none.</summary>
    public FusionCalibration Calibration => _view.Read((_, reader) => ReadCalibration(reader));

    /// <summary>Fits the scale of calibrated scores on queries taken from the documents, and keeps it with the next commit, which this makes.</summary>
    /// <param name="queries">How many documents to take a query from at most, ≥ 1; spread evenly over the index.</param>
    /// <returns>The scale.</returns>
    /// <exception cref="InvalidOperationException">The index is read-only, or holds no vectors, or was opened without an encoder.</exception>
    public FusionCalibration Calibrate(int queries = CalibrationSample.DefaultQueries)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(queries, 1);
        IndexChanges changes = RequireWriter();
        ITermEncoder encoder = RequireQueryEncoder(new SearchOptions());
        Commit();
        FusionCalibration calibration = _view.Read((searcher, _) =>
        {
            var sample = new CalibrationSample(searcher, _analyzer, encoder, _identity.Scale ?? 1);
            return sample.Fit(queries);
        });
        changes.Calibrate(calibration);
        Refresh();
        return calibration;
    }

    private static FusionCalibration ReadCalibration(DirectoryReader reader) =>
        FusionCalibration.TryParse(reader.IndexCommit.UserData.TryGetValue(IndexIdentity.CalibrationKey, out string? text) ? text : null) ?? FusionCalibration.None;

    internal SearchResult SearchHybrid(string text, int k, SearchOptions options, Filter? filter)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Skip);
        FusionOptions fusion = options.Fusion ?? new FusionOptions();
        RequireLegNames(fusion, options.OutsideLegs);
        ITermEncoder encoder = RequireQueryEncoder(options);
        List<(string Word, int Count)> words = WordQuery.Words(_analyzer, SparseFields.Text, text);
        SparseQuery? terms = null;
        SparseQuery Terms()
        {
            TermVector vector = options.QueryVector ?? encoder.Encode([text])[0];
            return terms = new SparseQuery(SparseFields.Sparse, vector, encoder.Vocabulary);
        }

        return _view.Read((searcher, reader) =>
        {
            var outside = options.OutsideLegs.Select(leg => (leg.Name, Ranking(reader, leg))).ToArray();
            var search = new HybridSearch(searcher, _analyzer, _identity.Scale ?? 1, fusion);
            FusedHit[] fused = search.Run(new HybridQuery([.. words.Select(word => (word.Word, (float)word.Count))], Terms, outside), filter);
            bool hasTerms = terms is { Terms.Count: > 0 };
            if (words.Count == 0 && !hasTerms && outside.Length == 0)
            {
                throw new ArgumentException("The query holds no word and no term to search by, only stop words or punctuation; use other words.", nameof(text));
            }

            FusionCalibration calibration = fusion.Method == FusionMethod.Calibrated ? ReadCalibration(reader) : FusionCalibration.None;
            List<string> warnings = [];
            if (words.Count == 0)
            {
                warnings.Add("The query holds no word but stop words, so the leg bm25 found nothing.");
            }

            if (!hasTerms)
            {
                warnings.Add("The encoder finds no term in the query, so the leg sparse found nothing.");
            }

            if ((long)options.Skip + k > fused.Length && fused.Length >= fusion.Depth)
            {
                warnings.Add($"The fused ranking ends at {fused.Length} hits, {fusion.Depth} of each leg at most; a greater depth makes it longer.");
            }

            return new SearchResult(text, SearchMode.Hybrid, Hits(searcher, fused, terms, k, options, calibration), warnings);
        });
    }

    private static List<SearchHit> Hits(IndexSearcher searcher, FusedHit[] fused, SparseQuery? terms, int k, SearchOptions options, FusionCalibration calibration)
    {
        var hits = new List<SearchHit>(Math.Min(k, fused.Length));
        bool hasPassages = terms is { Terms.Count: > 0 } && PassageColumns.AreIn(searcher.IndexReader);
        int rank = 0;
        foreach (FusedHit hit in fused)
        {
            if (hits.Count == k)
            {
                break;
            }

            if (options.ExcludeId is not null && DocumentFields.ReadId(searcher, hit.Doc) == options.ExcludeId)
            {
                continue;
            }

            if (++rank <= options.Skip)
            {
                continue;
            }

            SparseDocument document = options.WithStoredFields ? DocumentFields.Read(searcher, hit.Doc) : new(DocumentFields.ReadId(searcher, hit.Doc), "");
            ScoreDoc? best = hasPassages ? new SparseLeg(searcher, terms!, 1).BestPassagesOf([hit.Doc])[0] : null;
            hits.Add(new SearchHit(rank, document.Id, calibration.Score(hit.Score), document.Title, document.Text, document.Fields.AsReadOnly())
            {
                Legs = hit.Legs,
                Passage = best is { Score: > 0 } ? PassageColumns.SpanOf(searcher.IndexReader.Leaves, best.Doc) : null,
            });
        }

        return hits;
    }

    private static LegHit[] Ranking(DirectoryReader reader, OutsideLeg leg)
    {
        var hits = new List<LegHit>(leg.Ranking.Count);
        var seen = new HashSet<int>();
        foreach (Evaluation.RunEntry entry in leg.Ranking)
        {
            if (DocumentFields.Find(reader, entry.DocumentId) is >= 0 and var doc && seen.Add(doc))
            {
                hits.Add(new LegHit(doc, entry.Score));
            }
        }

        return [.. hits];
    }

    private static void RequireLegNames(FusionOptions fusion, IReadOnlyList<OutsideLeg> outside)
    {
        HashSet<string> names = [LexicalLeg.Name, SparseLeg.Name, .. outside.Select(leg => leg.Name)];
        if (names.Count < outside.Count + 2 || names.Contains(FeedbackTerms.Leg))
        {
            throw new ArgumentException($"A leg from outside needs a name of its own, other than {LexicalLeg.Name}, {SparseLeg.Name} and {FeedbackTerms.Leg}.");
        }

        if (fusion.Weights.Keys.FirstOrDefault(name => !names.Contains(name)) is { } unknown)
        {
            throw new ArgumentException($"There is no leg '{unknown}' to give a weight; there are {string.Join(", ", names)}.");
        }

        fusion.Validate();
    }
}
