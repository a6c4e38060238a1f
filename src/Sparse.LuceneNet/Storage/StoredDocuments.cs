using Lucene.Net.Index;
using Lucene.Net.Search;
using Sparse.Chunks;
using Sparse.LuceneNet.Postings;

namespace Sparse.LuceneNet.Storage;

/// <summary>What an index keeps of one document: stored fields, and its vectors as terms with impacts.</summary>
/// <param name="Document">The document.</param>
/// <param name="Passages">Its vectors, one a passage; empty for an index of text alone.</param>
internal sealed record StoredDocument(SparseDocument Document, IReadOnlyList<StoredPassage> Passages);

/// <summary>One stored vector.</summary>
/// <param name="Terms">Its terms, in descending order of their UTF-8 bytes.</param>
/// <param name="Impacts">[terms] impacts, 1 to 255.</param>
/// <param name="Span">The passage of the text; null for the whole document.</param>
internal readonly record struct StoredPassage(string[] Terms, byte[] Impacts, Passage? Span);

/// <summary>Reads documents back with their vectors, which lie in the index by term only.</summary>
/// <remarks>Postings are turned round a window of documents at a time, so that memory does not grow with the index.</remarks>
internal static class StoredDocuments
{
    // 12 bytes each while a window is turned round.
    private const int PostingsOfAWindow = 4_000_000;

    /// <summary>Reads all live documents.</summary>
    /// <param name="reader">The index; must stay open while they are read.</param>
    /// <returns>The documents in Lucene's order.</returns>
    public static IEnumerable<StoredDocument> Read(DirectoryReader reader)
    {
        var searcher = new IndexSearcher(reader);
        SparseDocument? document = null;
        List<StoredPassage> passages = [];
        foreach (AtomicReaderContext leaf in reader.Leaves)
        {
            ImpactTerms? terms = ImpactTerms.Of(leaf.AtomicReader, SparseFields.Sparse);
            int documents = leaf.AtomicReader.MaxDoc;
            int window = terms is null ? documents : (int)Math.Clamp(PostingsOfAWindow / Math.Max(1, terms.SumDocFreq / documents), 1, documents);
            Rows? rows = terms is null ? null : new Rows(terms, window);
            for (int from = 0; from < documents; from += window)
            {
                rows?.Fill(from, Math.Min(window, documents - from));
                for (int doc = from; doc < Math.Min(from + window, documents); doc++)
                {
                    if (leaf.AtomicReader.LiveDocs?.Get(doc) == false)
                    {
                        continue;
                    }

                    int number = leaf.DocBase + doc;
                    if (PassageColumns.OrdinalOf(leaf, number) == 0)
                    {
                        if (document is not null)
                        {
                            yield return new StoredDocument(document, passages);
                        }

                        document = DocumentFields.Read(searcher, number);
                        passages = [];
                    }

                    if (rows is not null)
                    {
                        passages.Add(rows.Take(doc - from, PassageColumns.SpanOf(reader.Leaves, number)));
                    }
                }
            }
        }

        if (document is not null)
        {
            yield return new StoredDocument(document, passages);
        }
    }

    /// <summary>The vectors of a window of documents: a chain of postings a document, the last term first.</summary>
    /// <remarks>One for all windows of a segment: new buffers for each held 400 MB of garbage.</remarks>
    private sealed class Rows
    {
        private readonly ImpactTerms _source;
        private readonly List<string> _terms = [];
        private readonly List<(int Term, int Before, byte Impact)> _postings = [];
        private readonly int[] _last;
        private readonly int[] _counts;

        public Rows(ImpactTerms source, int window)
        {
            _source = source;
            _last = new int[window];
            _counts = new int[window];
            TermsEnum term = source.GetEnumerator();
            while (term.MoveNext())
            {
                _terms.Add(term.Term.Utf8ToString());
            }
        }

        public void Fill(int from, int count)
        {
            _postings.Clear();
            Array.Clear(_last);
            Array.Clear(_counts);
            TermsEnum term = _source.GetEnumerator();
            DocsAndPositionsEnum? docs = null;
            for (int number = 0; term.MoveNext(); number++)
            {
                docs = term.DocsAndPositions(liveDocs: null, docs, DocsAndPositionsFlags.PAYLOADS);
                for (int doc = docs.Advance(from); doc < from + count; doc = docs.NextDoc())
                {
                    docs.NextPosition();
                    Lucene.Net.Util.BytesRef impact = docs.GetPayload();
                    _postings.Add((number, _last[doc - from], impact.Bytes[impact.Offset]));
                    _last[doc - from] = _postings.Count;
                    _counts[doc - from]++;
                }
            }
        }

        public StoredPassage Take(int doc, Passage? span)
        {
            var terms = new string[_counts[doc]];
            var impacts = new byte[_counts[doc]];
            for (int i = 0, at = _last[doc]; at > 0; i++)
            {
                (int term, int before, byte impact) = _postings[at - 1];
                terms[i] = _terms[term];
                impacts[i] = impact;
                at = before;
            }

            return new StoredPassage(terms, impacts, span);
        }
    }
}
