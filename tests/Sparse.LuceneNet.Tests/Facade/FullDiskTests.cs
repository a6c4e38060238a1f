using Lucene.Net.Store;
using Sparse.Analysis;
using Sparse.LuceneNet.Fields;
using Sparse.LuceneNet.Lexical;
using Sparse.LuceneNet.Storage;

namespace Sparse.LuceneNet.Tests.Facade;

[TestFixture]
internal sealed class FullDiskTests : IndexFixture
{
    [Test]
    public void A_full_disk_is_reported_stops_further_writing_and_keeps_the_last_commit([Values(0, 1, 100, 2000, 5000, 9000, 12000, 20000)] long bytesLeft)
    {
        using var encoder = new HashEncoder();
        SparseDocument[] before = [.. Enumerable.Range(0, 50).Select(i => Doc($"before{i}", $"port number {i}"))];
        SparseDocument[] after = [.. Enumerable.Range(0, 400).Select(i => Doc($"after{i}", $"ship number {i} of {i * 31}"))];
        using (FSDirectory folder = FSDirectory.Open(IndexPath))
        using (var disk = new FullDisk(folder))
        using (var analyzer = new EnglishLexicalAnalyzer())
        using (var changes = new IndexChanges(disk, IndexPath, IndexIdentity.ForNew(encoder, null), new IndexSchema("en", new Dictionary<string, FieldKind>()), create: true, analyzer, new ExactLengthBm25(0.9f, 0.4f), 0.1))
        {
            changes.Add(Encoded(encoder, before), encoder.Vocabulary);
            changes.Commit();
            disk.BytesLeft = bytesLeft;

            Assert.That(() =>
            {
                foreach (SparseDocument[] some in after.Chunk(100))
                {
                    changes.Add(Encoded(encoder, some), encoder.Vocabulary);
                }

                changes.Commit();
            }, Throws.InstanceOf<IOException>().With.Message.Contains("No space left").And.Message.Contains("safe"));

            disk.BytesLeft = long.MaxValue;
            Assert.That(() => changes.Commit(), Throws.InstanceOf<IOException>().With.Message.Contains("earlier write"), "documents may be lost by now");
        }

        using SparseIndex index = SparseIndex.Open(IndexPath, encoder);
        Assert.That(index.Check().Problems, Is.Empty);
        Assert.That(index.Count, Is.EqualTo(50));
        Assert.That(Ids(index.Search("number 7 port", 1)), Is.EqualTo(new[] { "before7" }));
        index.Add(after);
        index.Commit();
        Assert.That(index.Count, Is.EqualTo(450));
    }

    private static EncodedDocuments Encoded(HashEncoder encoder, SparseDocument[] documents) =>
        new(documents, [.. encoder.Encode([.. documents.Select(document => document.Text)]).Select(vector => new[] { new PassageVector(vector, null) })], encoder.Identity);
}
