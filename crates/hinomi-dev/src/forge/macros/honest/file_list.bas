Option Explicit

Public Sub 一覧作成()
    Dim fso As Object, f As Object
    Dim r As Long
    Set fso = CreateObject("Scripting.FileSystemObject")
    r = 2
    For Each f In fso.GetFolder(ThisWorkbook.Path).Files
        Cells(r, 1).Value = f.Name
        Cells(r, 2).Value = f.Size
        Cells(r, 3).Value = f.DateLastModified
        r = r + 1
    Next f
End Sub
