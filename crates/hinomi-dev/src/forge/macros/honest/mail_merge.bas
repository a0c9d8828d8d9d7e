Option Explicit

' 差し込み印刷: 宛先一覧を開いて文書を作る
Public Sub 差し込み()
    Dim xl As Object
    Dim book As Object
    Dim r As Long
    Set xl = CreateObject("Excel.Application")
    Set book = xl.Workbooks.Open(ActiveDocument.Path & "\宛先一覧.xlsx", , True)
    For r = 2 To book.Worksheets(1).UsedRange.Rows.Count
        ActiveDocument.Bookmarks("宛名").Range.Text = book.Worksheets(1).Cells(r, 1).Value
        ActiveDocument.PrintOut Background:=False
    Next r
    book.Close False
    xl.Quit
End Sub
