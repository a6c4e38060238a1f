using System.Globalization;
using Lucene.Net.Documents;
using Lucene.Net.Index;
using Lucene.Net.Search;
using Lucene.Net.Store;
using Lucene.Net.Util;
using Sparse.LuceneNet.Impacts;
using Sparse.LuceneNet.Queries;
using Sparse.LuceneNet.Tests.Queries;
using Sparse.Vectors;
using Directory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Tests.Postings;

// Random indexing histories: whatever happened to an index, it holds what was written, and searches equal the oracle.
public abstract partial class PostingsFormatConformance
{
    /// <summary>How many histories the suite plays: seeds 1 to this.</summary>
    private const int Histories = 1_000;

    [Test]
    public void Random_histories_keep_every_impact_and_search_as_the_oracle_does()
    {
        for (int seed = 1; seed <= Histories; seed++)
        {
            // On disk now and then only: commits there wait for the disk.
            using Directory directory = seed % 50 == 0 ? NewFolder() : new RAMDirectory();
            using var history = new History(this, directory, seed);
            history.Play();
        }
    }

    private sealed class History : IDisposable
    {
        private readonly PostingsFormatConformance _suite;
        private readonly Directory _directory;
        private readonly Random _random;
        private readonly string _name;
        private SortedDictionary<string, ImpactVector> _live = new(StringComparer.Ordinal);
        private SortedDictionary<string, ImpactVector> _committed = new(StringComparer.Ordinal);
        private IndexWriter _writer;
        private DirectoryReader? _reader;
        private int _ids;

        public History(PostingsFormatConformance suite, Directory directory, int seed)
        {
            _suite = suite;
            _directory = directory;
            _random = new Random(seed);
            _name = $"history of seed {seed}: ";
            _writer = OpenWriter();
        }

        public void Play()
        {
            for (int steps = 5 + _random.Next(40); steps > 0; steps--)
            {
                Step(_random.Next(100));
            }

            CloseWriter();
            ToyIndex.AssertClean(_directory, _name);
            using DirectoryReader reader = DirectoryReader.Open(_directory);
            AssertHoldsLive(reader);
            AssertSearchesAsOracle(reader);
        }

        public void Dispose()
        {
            _reader?.Dispose();
            _writer.Dispose();
        }

        private void Step(int dice)
        {
            switch (dice)
            {
                case < 50:
                    Put($"{_ids++:0000}", isNew: true);
                    break;
                case < 60:
                    Put(AnyId(), isNew: false);
                    break;
                case < 66:
                    string id = AnyId();
                    _writer.DeleteDocuments(new Term("id", id));
                    _live.Remove(id);
                    break;
                case < 68:
                    DeleteByTerm(byQuery: false);
                    break;
                case < 70:
                    DeleteByTerm(byQuery: true);
                    break;
                case < 78:
                    Commit();
                    break;
                case < 85:
                    Reopen();
                    break;
                case < 88:
                    _writer.ForceMerge(1 + _random.Next(2));
                    break;
                case < 93:
                    AddOtherIndex();
                    break;
                case < 97:
                    CloseWriter();
                    _writer = OpenWriter();
                    break;
                case < 99:
                    CloseReader();
                    _writer.Rollback();
                    _live = new(_committed, StringComparer.Ordinal);
                    _writer = OpenWriter();
                    break;
                default:
                    _writer.DeleteAll();
                    _live.Clear();
                    break;
            }
        }

        private IndexWriter OpenWriter()
        {
            IndexWriterConfig config = ToyIndex.Config(_suite.NewCodec());
            config.UseCompoundFile = _random.Next(2) == 0;
            config.MaxBufferedDocs = 2 + _random.Next(20);
            config.RAMBufferSizeMB = IndexWriterConfig.DISABLE_AUTO_FLUSH;
            config.CheckIntegrityAtMerge = _random.Next(2) == 0;
            config.MergePolicy = _random.Next(3) switch
            {
                0 => new LogDocMergePolicy { MergeFactor = 2 + _random.Next(4), NoCFSRatio = _random.Next(2), MinMergeDocs = 2 },
                1 => new TieredMergePolicy { SegmentsPerTier = 2 + _random.Next(3), MaxMergeAtOnce = 2, NoCFSRatio = _random.Next(2) },
                _ => NoMergePolicy.NO_COMPOUND_FILES,
            };
            return new IndexWriter(_directory, config);
        }

        private void Put(string id, bool isNew)
        {
            // One in eight has no sparse field at all; RandomVector gives some without terms.
            ImpactVector? vector = _random.Next(8) == 0 ? null : ToyIndex.RandomVector(_random);
            Document document = NewDocument(id, vector);
            if (isNew)
            {
                _writer.AddDocument(document);
            }
            else
            {
                _writer.UpdateDocument(new Term("id", id), document);
            }

            _live[id] = vector ?? new ImpactVector([], []);
        }

        /// <summary>A vector plain or, where the format takes it, packed, or as two values that overlap.</summary>
        private Document NewDocument(string id, ImpactVector? vector)
        {
            if (vector is null || !_suite.TakesPackedVectors)
            {
                return ToyIndex.Document(id, vector);
            }

            int cut = _random.Next(vector.Count + 1), overlap = Math.Min(cut, 1);
            var start = new ImpactVector(vector.Terms[..cut].ToArray(), vector.Impacts[..cut].ToArray());
            var end = new ImpactVector(vector.Terms[(cut - overlap)..].ToArray(), [.. new byte[overlap].Select(_ => (byte)1), .. vector.Impacts[cut..]]);
            return _random.Next(4) switch
            {
                0 => ToyIndex.Document(id, vector),
                1 => ToyIndex.Document(id, ToyIndex.Packed(start), ToyIndex.Packed(end)),
                2 => ToyIndex.Document(id, ToyIndex.Packed(end), new ImpactField(ToyIndex.SparseField, start, ToyIndex.Vocabulary)),
                _ => ToyIndex.Document(id, ToyIndex.Packed(vector)),
            };
        }

        private void DeleteByTerm(bool byQuery)
        {
            if (_suite.TakesPackedVectors && !byQuery)
            {
                // Terms of the field itself are not seen in the buffer while they are packed.
                _writer.Flush(triggerMerge: false, applyAllDeletes: true);
            }

            int term = _random.Next(ToyIndex.Vocabulary.Count);
            string text = ToyIndex.Vocabulary[term];
            if (byQuery)
            {
                _writer.DeleteDocuments(new SparseQuery(ToyIndex.SparseField, new Dictionary<string, float> { [text] = 1 }));
            }
            else
            {
                _writer.DeleteDocuments(new Term(ToyIndex.SparseField, text));
            }

            foreach (string id in _live.Keys.Where(id => _live[id].Terms.Contains(term)).ToArray())
            {
                _live.Remove(id);
            }
        }

        private void Commit()
        {
            _writer.Commit();
            _committed = new(_live, StringComparer.Ordinal);
        }

        private void Reopen()
        {
            DirectoryReader? newer = _reader is null ? _writer.GetReader(applyAllDeletes: true) : DirectoryReader.OpenIfChanged(_reader, _writer, true);
            if (newer is not null)
            {
                _reader?.Dispose();
                _reader = newer;
            }

            AssertHoldsLive(_reader!);
        }

        private void AddOtherIndex()
        {
            using var added = new RAMDirectory();
            bool stock = _random.Next(4) == 0;
            bool asReaders = stock || _random.Next(2) == 0;
            using (IndexWriter writer = ToyIndex.Writer(added, stock ? null : _suite.NewCodec(), compound: _random.Next(2) == 0))
            {
                for (int i = 1 + _random.Next(6); i > 0; i--)
                {
                    ImpactVector vector = ToyIndex.RandomVector(_random);
                    string id = $"added{_ids++:0000}";
                    writer.AddDocument(NewDocument(id, vector));
                    _live.Add(id, vector);
                    if (_random.Next(3) == 0)
                    {
                        writer.Commit();
                    }
                }
            }

            Add(_writer, added, asReaders);
        }

        private void CloseReader()
        {
            _reader?.Dispose();
            _reader = null;
        }

        private void CloseWriter()
        {
            CloseReader();
            _writer.Dispose();
            _committed = new(_live, StringComparer.Ordinal);
        }

        private string AnyId() => _live.Count == 0 || _random.Next(10) == 0 ? $"{_ids++:0000}" : _live.Keys.ElementAt(_random.Next(_live.Count));

        private void AssertHoldsLive(DirectoryReader reader)
        {
            SortedDictionary<string, SortedDictionary<string, byte>> found = ToyIndex.ReadBack(reader);
            Assert.That(found.Keys, Is.EqualTo(_live.Keys), _name);
            foreach ((string id, ImpactVector vector) in _live)
            {
                Assert.That(found[id].SequenceEqual(ToyIndex.Named(vector)), Is.True, () => $"{_name}document {id}");
            }
        }

        private void AssertSearchesAsOracle(DirectoryReader reader)
        {
            IBits? liveDocs = MultiFields.GetLiveDocs(reader);
            var forward = new ImpactVector?[reader.MaxDoc];
            for (int doc = 0; doc < forward.Length; doc++)
            {
                if (liveDocs?.Get(doc) != false)
                {
                    forward[doc] = _live[reader.Document(doc).Get("id", CultureInfo.InvariantCulture)];
                }
            }

            var searcher = new IndexSearcher(reader);
            var ours = new SparseSearcher(reader);
            for (int i = 0; i < 3; i++)
            {
                SparseQuery query = ToyQuery.RandomQuery(_random);
                int k = 1 + _random.Next(20);
                Assert.That(ToyQuery.Hits(searcher.Search(query, k), query), Is.EqualTo(ToyQuery.Oracle(forward, query, k)), _name);
                Assert.That(ToyQuery.Hits(ours.Search(query, k), query), Is.EqualTo(ToyQuery.Oracle(forward, query, k)), _name);
                string term = ToyIndex.Vocabulary[_random.Next(ToyIndex.Vocabulary.Count)];
                _ = ToyIndex.Vocabulary.TryGetId(term, out int id);
                ImpactVector?[] filtered = [.. forward.Select(vector => vector?.Terms.Contains(id) == true ? vector : null)];
                var filter = new QueryWrapperFilter(new TermQuery(new Term(ToyIndex.SparseField, term)));
                Assert.That(ToyQuery.Hits(ours.Search(query, k, filter), query), Is.EqualTo(ToyQuery.Oracle(filtered, query, k)), _name);
            }
        }
    }
}
