using System.Globalization;
using Sparse.Cli.Display;
using Sparse.Formats.Vectors;

namespace Sparse.Cli.Vectors;

/// <summary>Moves vectors from a reader to a writer.</summary>
internal static class VectorCopy
{
    // By itself the collector lets as much garbage wait as the caches are large: of 8.86 million documents Parquet was written in 429 MB and is in 257.
    private const int DocumentsBetweenCollections = 1 << 17;

    /// <summary>Moves all.</summary>
    /// <param name="reader">The source.</param>
    /// <param name="writer">The target; it is finished.</param>
    /// <param name="progress">Told now and then.</param>
    /// <param name="stop">Stops between documents.</param>
    public static void Run(VectorReader reader, VectorWriter writer, DocumentProgress progress, CancellationToken stop)
    {
        var row = new VectorRow();
        long done = 0, texts = 0;
        while (reader.Read(row))
        {
            texts += !writer.KeepsTexts && (row.Text ?? row.Title) is { Length: > 0 } ? 1 : 0;
            Guard(() => writer.Write(row));
            if (++done % 1024 == 0)
            {
                stop.ThrowIfCancellationRequested();
                progress.Advance(1024, reader.ShareRead);
            }

            if (done % DocumentsBetweenCollections == 0)
            {
                GC.Collect();
            }
        }

        Guard(writer.Finish);
        progress.Advance(done % 1024, 1);
        if (texts > 0)
        {
            Screen.Note(string.Create(CultureInfo.InvariantCulture, $"sparse: texts of {texts:N0} documents are left out, the target has no place for them"));
        }

        void Guard(Action write)
        {
            try
            {
                write();
            }
            catch (InvalidDataException exception)
            {
                throw new WrongInputException($"document '{row.Id}': {Failure.OneLine(exception)}", exception);
            }
        }
    }
}
