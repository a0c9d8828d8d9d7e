' 共有フォルダーをエクスプローラーで開くだけのボタン
Public Sub フォルダーを開く_Click()
    Dim folder As String
    folder = ThisWorkbook.Path
    Shell "explorer.exe " & folder, vbNormalFocus
End Sub

' 電卓
Public Sub 電卓_Click()
    Shell "calc.exe", vbNormalFocus
End Sub

Public Sub 社内サイト_Click()
    ThisWorkbook.FollowHyperlink "https://www.reiji.example/manual/{number}.html"
End Sub
