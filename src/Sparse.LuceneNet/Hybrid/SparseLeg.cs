using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.Fusion;
using Sparse.LuceneNet.Postings;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Storage;

namespace Sparse.LuceneNet.Hybrid;

/// <summary>The dot product over impacts as a leg: finds documents, scores given ones, and says what it knows of the terms.</summary>
/// <param name="searcher">A searcher of the index's view.</param>
/// <param name="query">The query's terms.</param>
/// <param name="scale">Weight of one impact step.</param>
internal sealed class SparseLeg(IndexSearcher searcher, SparseQuery query, float scale)
{
    /// <summary>Its name in options and results.</summary>
    public const string Name = "sparse";

    private const int MostImpact = 255;

    /// <summary>What the index knows of the terms.</summary>
    /// <param name="isPartial">True to count them among the documents with vectors alone.</param>
    public LegEvidence Evidence(bool isPartial = false)
    {
        // Lucene's way to a term's frequency goes by an enumerator of the terms.
        ImpactTerms[] segments = [.. searcher.IndexReader.Leaves.Select(leaf => ImpactTerms.Of(leaf.AtomicReader, query.Field)).OfType<ImpactTerms>()];
        var terms = new TermEvidence[query.Terms.Count];
        for (int i = 0; i < terms.Length; i++)
        {
            int docFreq = 0;
            foreach (ImpactTerms segment in segments)
            {
                docFreq += segment.Dictionary.Find(query.TermBytes[i]) is >= 0 and var ordinal ? segment.Dictionary.DocFreq(ordinal) : 0;
            }

            terms[i] = new TermEvidence((double)query.Weights[i] * scale * MostImpact, docFreq);
        }

        return LegEvidence.Of(terms, searcher.IndexReader.MaxDoc - (isPartial ? IndexView.Uncovered(searcher) : 0));
    }

    /// <summary>Finds the best documents, each by its best passage.</summary>
    /// <param name="depth">How many at most.</param>
    /// <param name="filter">Leaves only documents that it lets through; null for all.</param>
    public LegHit[] Search(int depth, Filter? filter)
    {
        ScoreDoc[] found = BestPassages.Find(IndexView.Sparse(searcher), query, depth, filter);
        IList<AtomicReaderContext> leaves = searcher.IndexReader.Leaves;
        bool cut = PassageColumns.AreIn(searcher.IndexReader);
        return Array.ConvertAll(found, hit => new LegHit(cut ? PassageColumns.HeadOf(leaves, hit.Doc) : hit.Doc, hit.Score));
    }

    /// <summary>Scores given documents, as <see cref="Search"/> does.</summary>
    /// <param name="docs">Document numbers, ascending.</param>
    /// <returns>[docs] scores; 0 where no term is.</returns>
    public double[] Score(ReadOnlySpan<int> docs) => docs.IsEmpty ? [] : Array.ConvertAll(BestPassagesOf(docs), best => (double)best.Score);

    /// <summary>The best passage of given documents.</summary>
    /// <param name="docs">Document numbers, ascending.</param>
    /// <returns>[docs] the first of the best passages of each, or the document where it has none, and its score; 0 where no term is.</returns>
    public ScoreDoc[] BestPassagesOf(ReadOnlySpan<int> docs)
    {
        (int[] passages, int[] owners) = Passages(docs);
        var scores = new double[passages.Length];
        LexicalLeg.AddScores(searcher, searcher.CreateNormalizedWeight(query), passages, scores);
        var best = new ScoreDoc[docs.Length];
        for (int i = 0; i < passages.Length; i++)
        {
            if (best[owners[i]] is not { } known || scores[i] > known.Score)
            {
                best[owners[i]] = new ScoreDoc(passages[i], (float)scores[i]);
            }
        }

        return best;
    }

    /// <summary>The passages of documents, and of which document each is: an index in <paramref name="docs"/>.</summary>
    private (int[] Passages, int[] Owners) Passages(ReadOnlySpan<int> docs)
    {
        IList<AtomicReaderContext> leaves = searcher.IndexReader.Leaves;
        bool cut = PassageColumns.AreIn(searcher.IndexReader);
        List<int> passages = new(docs.Length), owners = new(docs.Length);
        for (int i = 0; i < docs.Length; i++)
        {
            int doc = docs[i];
            do
            {
                passages.Add(doc++);
                owners.Add(i);
            }
            while (cut && doc < searcher.IndexReader.MaxDoc && PassageColumns.HeadOf(leaves, doc) == docs[i]);
        }

        return ([.. passages], [.. owners]);
    }
}
