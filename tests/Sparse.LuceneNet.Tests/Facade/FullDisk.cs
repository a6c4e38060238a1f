using Lucene.Net.Store;
using LuceneDirectory = Lucene.Net.Store.Directory;

namespace Sparse.LuceneNet.Tests.Facade;

/// <summary>A directory on a disk with so many bytes left: writing past them throws what a full disk throws.</summary>
internal sealed class FullDisk(LuceneDirectory inner) : FilterDirectory(inner)
{
    private long _bytesLeft = long.MaxValue;

    public long BytesLeft
    {
        get => Interlocked.Read(ref _bytesLeft);
        set => Interlocked.Exchange(ref _bytesLeft, value);
    }

    public override IndexOutput CreateOutput(string name, IOContext context) => new Output(this, base.CreateOutput(name, context));

    private sealed class Output(FullDisk disk, IndexOutput inner) : IndexOutput
    {
        public override long Length
        {
            get => inner.Length;
            set => inner.Length = value;
        }

        public override long Checksum => inner.Checksum;

        public override long Position => inner.Position;

        public override void WriteByte(byte b)
        {
            Take(1);
            inner.WriteByte(b);
        }

        public override void WriteBytes(byte[] b, int offset, int length)
        {
            Take(length);
            inner.WriteBytes(b, offset, length);
        }

        public override void Flush() => inner.Flush();

        [Obsolete("As in the base class.")]
        public override void Seek(long pos) => inner.Seek(pos);

        protected override void Dispose(bool disposing) => inner.Dispose();

        private void Take(int bytes)
        {
            if (Interlocked.Add(ref disk._bytesLeft, -bytes) < 0)
            {
                throw new IOException("No space left on device");
            }
        }
    }
}
