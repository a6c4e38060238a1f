using System.Text;
using Lucene.Net.Codecs;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;
using Constants = Lucene.Net.Util.Constants;

namespace Sparse.LuceneNet.Tests.Postings;

// Terms and postings as Lucene's enumerators hand them out.
public abstract partial class PostingsFormatConformance
{
    [Test]
    public void Terms_come_in_the_order_of_their_utf8_bytes()
    {
        using var directory = new RAMDirectory();
        SortedDictionary<string, SortedDictionary<string, byte>> written = WriteRandom(directory, NewCodec(), seed: 30, documents: 200, segments: 1);
        string[] expected = [.. written.Values.SelectMany(impacts => impacts.Keys).Distinct().OrderBy(Encoding.UTF8.GetBytes, ByteOrder)];
        using DirectoryReader reader = DirectoryReader.Open(directory);
        Terms terms = reader.Leaves[0].AtomicReader.GetTerms(ToyIndex.SparseField);
        TermsEnum walk = terms.GetEnumerator();
        var found = new List<string>();
        while (walk.MoveNext())
        {
            Assert.That(walk.Ord, Is.EqualTo(found.Count));
            found.Add(walk.Term.Utf8ToString());
        }

        Assert.Multiple(() =>
        {
            Assert.That(found, Is.EqualTo(expected), "and not of their UTF-16 units, which order U+1F600 before U+FFFD");
            Assert.That(terms.Count, Is.EqualTo(expected.Length));
            Assert.That(terms.DocCount, Is.EqualTo(written.Count(document => document.Value.Count > 0)));
            Assert.That(terms.SumDocFreq, Is.EqualTo(written.Sum(document => document.Value.Count)));
            Assert.That(terms.SumTotalTermFreq, Is.EqualTo(terms.SumDocFreq));
        });
    }

    [Test]
    public void Seeking_finds_the_term_or_the_next_one()
    {
        using var directory = new RAMDirectory();
        SortedDictionary<string, SortedDictionary<string, byte>> written = WriteRandom(directory, NewCodec(), seed: 31, documents: 12, segments: 1);
        byte[][] terms = [.. written.Values.SelectMany(impacts => impacts.Keys).Distinct().Select(Encoding.UTF8.GetBytes).Order(ByteOrder)];
        using DirectoryReader reader = DirectoryReader.Open(directory);
        TermsEnum walk = reader.Leaves[0].AtomicReader.GetTerms(ToyIndex.SparseField).GetEnumerator();
        string[] sought = ["", "!", .. Enumerable.Range(0, 41).Select(i => $"t{i:00}"), "t0", "t111", "u", "ü", "語", "語語", "\uFFFE", "\U0001F600", "\U0001F601"];
        foreach (string text in sought)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            int ord = Array.FindIndex(terms, term => term.AsSpan().SequenceCompareTo(bytes) >= 0);
            TermsEnum.SeekStatus expected = ord < 0 ? TermsEnum.SeekStatus.END
                : terms[ord].AsSpan().SequenceEqual(bytes) ? TermsEnum.SeekStatus.FOUND : TermsEnum.SeekStatus.NOT_FOUND;

            Assert.That(walk.SeekCeil(new BytesRef(text)), Is.EqualTo(expected), text);
            if (ord >= 0)
            {
                Assert.That(walk.Ord, Is.EqualTo(ord));
                Assert.That(walk.Term.Utf8ToString(), Is.EqualTo(Encoding.UTF8.GetString(terms[ord])));
            }

            Assert.That(walk.SeekExact(new BytesRef(text)), Is.EqualTo(expected == TermsEnum.SeekStatus.FOUND));
        }

        walk.SeekExact(terms.Length - 1L);
        Assert.That(walk.Term.Utf8ToString(), Is.EqualTo(Encoding.UTF8.GetString(terms[^1])));
        Assert.That(walk.MoveNext(), Is.False);
    }

    [Test]
    public void Advancing_equals_stepping([Range(1, 40)] int seed)
    {
        var random = new Random(seed);
        int maxDoc = 1 + random.Next(3_000);
        int stride = 1 + random.Next(40);
        int[] docs = [.. Enumerable.Range(0, maxDoc).Where(_ => random.Next(stride) == 0).DefaultIfEmpty(maxDoc - 1)];
        var liveDocs = seed % 2 == 0 ? null : new FixedBitSet(maxDoc);
        for (int doc = 0; doc < maxDoc && liveDocs is not null; doc++)
        {
            if (random.Next(3) > 0)
            {
                liveDocs.Set(doc);
            }
        }

        using var directory = new RAMDirectory();
        using FieldsProducer producer = WriteSegment(directory, maxDoc, docs);
        int[] live = [.. docs.Where(doc => liveDocs?.Get(doc) != false)];
        TermsEnum term = producer.GetTerms(ToyIndex.SparseField).GetEnumerator();
        Assert.That(term.SeekExact(new BytesRef("t00")));
        Assert.That(term.DocFreq, Is.EqualTo(docs.Length));
        DocsAndPositionsEnum? postings = null;
        for (int round = 0; round < 20; round++)
        {
            postings = term.DocsAndPositions(liveDocs, postings);
            Assert.That(postings.DocID, Is.EqualTo(-1));
            int at = -1;
            while (at != DocIdSetIterator.NO_MORE_DOCS)
            {
                int target = random.Next(2) == 0 ? at + 1 : Math.Min(maxDoc, at + 1 + random.Next(maxDoc / 3 + 1));
                int expected = live.Where(doc => doc >= target).DefaultIfEmpty(DocIdSetIterator.NO_MORE_DOCS).First();
                at = target == at + 1 ? postings.NextDoc() : postings.Advance(target);
                Assert.That(at, Is.EqualTo(expected));
                Assert.That(postings.DocID, Is.EqualTo(at));
                if (at != DocIdSetIterator.NO_MORE_DOCS)
                {
                    Assert.That(postings.GetPayload().Bytes[0], Is.EqualTo(ImpactOf(at)));
                }
            }
        }
    }

    [Test]
    public void Document_numbers_reach_to_the_end_of_int()
    {
        int[] docs = [0, 1, 1 << 7, 1 << 14, 1 << 21, 1 << 28, int.MaxValue - 300, .. Enumerable.Range(int.MaxValue - 200, 199)];
        using var directory = new RAMDirectory();
        using FieldsProducer producer = WriteSegment(directory, int.MaxValue, docs);
        TermsEnum term = producer.GetTerms(ToyIndex.SparseField).GetEnumerator();
        Assert.That(term.MoveNext());
        DocsAndPositionsEnum postings = term.DocsAndPositions(null, null);
        foreach (int doc in docs)
        {
            Assert.That(postings.NextDoc(), Is.EqualTo(doc));
            Assert.That(postings.GetPayload().Bytes[0], Is.EqualTo(ImpactOf(doc)));
        }

        Assert.That(postings.NextDoc(), Is.EqualTo(DocIdSetIterator.NO_MORE_DOCS));
        Assert.That(term.DocsAndPositions(null, postings).Advance(int.MaxValue - 250), Is.EqualTo(int.MaxValue - 200));
    }

    [Test]
    public void Threads_read_one_segment_at_the_same_time()
    {
        using Lucene.Net.Store.Directory directory = NewFolder();
        SortedDictionary<string, SortedDictionary<string, byte>> written = WriteRandom(directory, NewCodec(), seed: 32, documents: 400, segments: 1);
        using DirectoryReader reader = DirectoryReader.Open(directory);
        var results = new SortedDictionary<string, SortedDictionary<string, byte>>[4];
        Parallel.For(0, results.Length, i => results[i] = ToyIndex.ReadBack(reader));

        Assert.That(results, Has.All.EqualTo(written));
    }

    /// <summary>Writes one term through the format alone, past IndexWriter, and opens it.</summary>
    private FieldsProducer WriteSegment(RAMDirectory directory, int maxDoc, int[] docs)
    {
        PostingsFormat format = NewPostingsFormat(ToyIndex.Format);
        var segment = new SegmentInfo(directory, Constants.LUCENE_MAIN_VERSION, "_0", maxDoc, false, NewCodec(), new Dictionary<string, string>());
        var field = new FieldInfo(
            ToyIndex.SparseField, true, 0, false, true, true, IndexOptions.DOCS_AND_FREQS_AND_POSITIONS, DocValuesType.NONE, DocValuesType.NONE, null);
        var fields = new FieldInfos([field]);
        using (FieldsConsumer consumer = format.FieldsConsumer(new SegmentWriteState(null, directory, segment, fields, 128, null, IOContext.DEFAULT)))
        {
            TermsConsumer terms = consumer.AddField(field);
            var term = new BytesRef("t00");
            PostingsConsumer postings = terms.StartTerm(term);
            foreach (int doc in docs)
            {
                postings.StartDoc(doc, 1);
                postings.AddPosition(0, new BytesRef([ImpactOf(doc)]), -1, -1);
                postings.FinishDoc();
            }

            terms.FinishTerm(term, new TermStats(docs.Length, docs.Length));
            terms.Finish(docs.Length, docs.Length, docs.Length);
        }

        return format.FieldsProducer(new SegmentReadState(directory, segment, fields, IOContext.DEFAULT, 1));
    }

    private static byte ImpactOf(int doc) => (byte)(1 + doc % 255);

    private static readonly Comparer<byte[]> ByteOrder = Comparer<byte[]>.Create((left, right) => left.AsSpan().SequenceCompareTo(right));
}
