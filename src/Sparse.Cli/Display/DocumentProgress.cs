using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Sparse.Cli.Display;

/// <summary>How far a long run is: a bar with documents a second and time left on a terminal, a plain line now and then elsewhere.</summary>
internal sealed class DocumentProgress
{
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly string _unit;
    private TimeSpan _nextLine = LineEvery;
    private ProgressTask? _task;
    private long _done;
    private long _total = -1;

    private DocumentProgress(string unit) => _unit = unit;

    /// <summary>Documents done so far.</summary>
    public long Done => Interlocked.Read(ref _done);

    /// <summary>Documents in all; null while that is not known.</summary>
    public long? Total
    {
        get => Interlocked.Read(ref _total) is >= 0 and long total ? total : null;
        set => Interlocked.Exchange(ref _total, value ?? -1);
    }

    /// <summary>Since the start.</summary>
    public TimeSpan Elapsed => _clock.Elapsed;

    /// <summary>Documents a second since the start.</summary>
    public double Rate => Done / Math.Max(Elapsed.TotalSeconds, 1e-3);

    /// <summary>Runs work and shows how far it is on standard error.</summary>
    /// <typeparam name="T">What the work returns.</typeparam>
    /// <param name="label">What is being done, one word.</param>
    /// <param name="unit">What is counted, in the plural.</param>
    /// <param name="work">The work; it calls <see cref="Advance"/>.</param>
    /// <returns>What the work returned.</returns>
    public static T Run<T>(string label, string unit, Func<DocumentProgress, T> work)
    {
        var progress = new DocumentProgress(unit);
        if (!Screen.HasLiveError)
        {
            return work(progress);
        }

        return Screen.Error.Progress().AutoClear(true).HideCompleted(false)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn { Width = 24 }, new FiguresColumn(progress))
            .Start(context =>
            {
                progress._task = context.AddTask(label);
                progress._task.IsIndeterminate = true;
                return work(progress);
            });
    }

    /// <summary>Counts documents as done.</summary>
    /// <param name="documents">How many more.</param>
    public void Advance(long documents)
    {
        long done = Interlocked.Add(ref _done, documents);
        if (_task is not null)
        {
            if (Total is { } total)
            {
                _task.IsIndeterminate = false;
                _task.MaxValue = Math.Max(total, 1);
                _task.Value = Math.Min(done, total);
            }
        }
        else if (!Screen.HasLiveError && Elapsed >= _nextLine)
        {
            _nextLine = Elapsed + LineEvery;
            Screen.Note(Figures());
        }
    }

    private string Figures()
    {
        long done = Done;
        string count = Total is { } total ? $"{Figure.Count(done)} of {Figure.Count(total)} {_unit}" : $"{Figure.Count(done)} {_unit}";
        string left = Total is { } all && done > 0 ? $", {Figure.Duration(TimeSpan.FromSeconds(Math.Max(0, all - done) / Rate))} left" : "";
        return done == 0 ? count : string.Create(CultureInfo.InvariantCulture, $"{count}, {Figure.Rate(Rate)}/s{left}");
    }

    private sealed class FiguresColumn(DocumentProgress progress) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(progress.Figures());
    }
}
